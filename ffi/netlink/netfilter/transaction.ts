/** Talking to nftables: linux/netfilter/nfnetlink.h. Changes are made in a batch, which happens as a whole or not at all. */

import { type Attribute, encodeAttributes } from "../attributes.ts";
import { type Message, NLM_F } from "../message.ts";
import { NETLINK, NetlinkSocket, type Request } from "../socket.ts";

const SUBSYSTEM_NFTABLES = 10;
const BATCH_BEGIN = 0x10, BATCH_END = 0x11;

export interface NftablesMessage {
  /** NFT_MSG_* */
  readonly type: number;
  /** NLM_F_* besides REQUEST and ACK. */
  readonly flags: number;
  /** NFPROTO_* */
  readonly family: number;
  readonly attributes: readonly Attribute[];
}

/** `what` it does, verb first. */
export function nftablesRequest(message: NftablesMessage, what: string): Request {
  const { type, flags, family, attributes } = message;
  const body = new Uint8Array([family, 0, 0, 0, ...encodeAttributes(attributes)]);
  return { message: { type: SUBSYSTEM_NFTABLES << 8 | type, flags, body }, what };
}

/** The ends of a batch: struct nfgenmsg with the subsystem as its res_id, in network order. */
function boundary(type: number) {
  return { type, flags: 0, body: Uint8Array.of(0, 0, 0, SUBSYSTEM_NFTABLES) };
}

/**
 * Makes changes all at once, in the network namespace that the thread is in. Throws SystemError for the first one that the
 * kernel refuses; none of them is made then.
 */
export function commit(requests: readonly Request[]): void {
  using _ = commitOpen(requests);
}

/** The same, and the socket is left open: who closes it last waits for the kernel to be done with what was removed, some 13 ms. */
export function commitOpen(requests: readonly Request[]): NetlinkSocket {
  const socket = new NetlinkSocket(NETLINK.NETFILTER);
  try {
    socket.batch(boundary(BATCH_BEGIN), requests, boundary(BATCH_END));
    return socket;
  } catch (error) {
    socket[Symbol.dispose]();
    throw error;
  }
}

/** The messages of a batch, for another process to send: it is not told how that went. */
export function batchMessages(requests: readonly Request[]): Message[] {
  const messages = requests.map(({ message }) => ({
    ...message,
    flags: message.flags | NLM_F.REQUEST,
  }));
  return [boundary(BATCH_BEGIN), ...messages, boundary(BATCH_END)];
}

/** The attributes of all there is of something. */
export function list(request: Request): Uint8Array[] {
  using socket = new NetlinkSocket(NETLINK.NETFILTER);
  return socket.dump(request).map(({ body }) => body.subarray(4));
}

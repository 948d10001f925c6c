/** What the kernel remembers of datagrams, as if they were connections: linux/netfilter/nfnetlink_conntrack.h. */

import { isErrno } from "../../errno.ts";
import { formatAddress } from "../../ip_address.ts";
import { type Attribute, decodeAttributes, encodeAttributes, u32, u8 } from "../attributes.ts";
import { NETLINK, NetlinkSocket, type Request } from "../socket.ts";

const SUBSYSTEM_CONNTRACK = 1;
const CT = { GET: 1, DELETE: 2 };
const CTA = { TUPLE_ORIG: 1, TUPLE_REPLY: 2, ID: 12, ZONE: 18, FILTER: 25 };
const CTA_TUPLE = { IP: 1, PROTO: 2 };
/** The source of an exchange's tuple, by its family. */
const CTA_IP_SRC = { 2: 1, 10: 3 } as const;
const CTA_PROTO_NUM = 1, CTA_PROTO_DST_PORT = 3;
const CTA_FILTER_ORIG_FLAGS = 1, CTA_FILTER_REPLY_FLAGS = 2;
/** That the protocol is what counts: net/netfilter/nf_internals.h. */
const FILTER_PROTO_NUM = 1 << 3;
const NESTED = 0x8000, UDP = 17;

type Family = keyof typeof CTA_IP_SRC;

/** An exchange of datagrams. */
export interface Exchange {
  /** The port that the first was sent to. */
  readonly port: number;
  /** Who answers: another than it was sent to, if its destination was translated. */
  readonly server: string;
}

/**
 * Has the kernel forget exchanges of datagrams by IPv4 or IPv6 (NFPROTO_*): where the next one goes is decided anew, as if it were the first. In the
 * network namespace of the thread. It looks through all that the kernel remembers, which may take 10 ms. Throws SystemError.
 */
export function forgetExchanges(
  family: Family,
  isMeant: (exchange: Exchange) => boolean,
): void {
  using socket = new NetlinkSocket(NETLINK.NETFILTER);
  try {
    for (const { body } of socket.dump(request(family, CT.GET, datagrams, "list connections"))) {
      const found = decodeAttributes(body.subarray(4));
      if (isMeant(exchangeOf(family, found))) forget(socket, family, found);
    }
  } catch (error) {
    if (!isErrno(error, "EOPNOTSUPP", "EINVAL")) throw error; // a kernel that remembers nothing
  }
}

const datagrams: readonly Attribute[] = [
  [CTA.TUPLE_ORIG, [[CTA_TUPLE.PROTO, [[CTA_PROTO_NUM, u8(UDP)]]]]],
  [CTA.FILTER, [
    [CTA_FILTER_ORIG_FLAGS, u32(FILTER_PROTO_NUM)],
    [CTA_FILTER_REPLY_FLAGS, u32(0)],
  ]],
];

function exchangeOf(family: Family, found: ReadonlyMap<number, Uint8Array>): Exchange {
  const within = (bytes: Uint8Array | undefined, type: number) =>
    decodeAttributes(bytes ?? new Uint8Array()).get(type);
  const protocol = within(found.get(CTA.TUPLE_ORIG), CTA_TUPLE.PROTO);
  const [high = 0, low = 0] = within(protocol, CTA_PROTO_DST_PORT) ?? [];
  const server = within(within(found.get(CTA.TUPLE_REPLY), CTA_TUPLE.IP), CTA_IP_SRC[family]);
  return { port: high << 8 | low, server: server ? formatAddress(server) : "" };
}

function forget(
  socket: NetlinkSocket,
  family: Family,
  found: ReadonlyMap<number, Uint8Array>,
): void {
  const same = [CTA.TUPLE_ORIG | NESTED, CTA.ID, CTA.ZONE].flatMap((type): Attribute[] => {
    const value = found.get(type & ~NESTED);
    return value ? [[type, value]] : [];
  });
  try {
    socket.request(request(family, CT.DELETE, same, "forget a connection"));
  } catch (error) {
    if (!isErrno(error, "ENOENT")) throw error; // it has just ended
  }
}

function request(
  family: Family,
  type: number,
  attributes: readonly Attribute[],
  what: string,
): Request {
  const body = new Uint8Array([family, 0, 0, 0, ...encodeAttributes(attributes)]);
  return { message: { type: SUBSYSTEM_CONNTRACK << 8 | type, flags: 0, body }, what };
}

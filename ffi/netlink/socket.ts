/** A netlink socket: what box asks of the kernel's networks goes through one. */

import { check, errnoName, errnoText, SystemError } from "../errno.ts";
import { close, read, writeAll } from "../file.ts";
import { kernel } from "../kernel.ts";
import { openSocket } from "../network_calls.ts";
import {
  decodeAcknowledgement,
  decodeMessages,
  encodeMessages,
  type Message,
  NLM_F,
  NLMSG,
  type ReceivedMessage,
} from "./message.ts";

const AF_NETLINK = 16, SOCK_RAW = 3, SOCK_CLOEXEC = 0o2000000;
const SOL_NETLINK = 270, NETLINK_CAP_ACK = 10, NETLINK_EXT_ACK = 11;
const SOL_SOCKET = 1, SO_RCVBUFFORCE = 33;

/** Protocols: include/uapi/linux/netlink.h */
export const NETLINK = { ROUTE: 0, NETFILTER: 12 } as const;

/** The kernel gives dumps in pieces of at most 32 KiB. */
const LARGEST_ANSWER = 1 << 16;
/** Bytes that may wait to be read: a batch is acknowledged message by message before the first of them can be read. */
const RECEIVE_BUFFER = 4 << 20;

/** A request, and what it is for, verb first: "add interface box0". */
export interface Request {
  readonly message: Message;
  readonly what: string;
}

/** A request that the kernel refused. */
export class NetlinkError extends SystemError {
  constructor(what: string, errno: number, readonly explanation: string) {
    super(what, "", errno);
    const reason = explanation && explanation !== errnoText(errno) ? `: ${explanation}` : "";
    this.message = `${what}: ${errnoText(errno)} (${errnoName(errno)})${reason}`;
  }
}

/** Belongs to the network namespace that the thread is in when it is made, wherever that goes afterwards. */
export class NetlinkSocket implements Disposable {
  readonly #fd: number;
  readonly #buffer = new Uint8Array(LARGEST_ANSWER);
  #sequence = 1;

  constructor(protocol: number) {
    this.#fd = check(
      openSocket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol),
      "open a netlink socket",
    );
    const on = new Uint8Array(Uint32Array.of(1).buffer);
    // Both only better the answers, and an old kernel does without.
    kernel.setsockopt(this.#fd, SOL_NETLINK, NETLINK_EXT_ACK, on, 4);
    kernel.setsockopt(this.#fd, SOL_NETLINK, NETLINK_CAP_ACK, on, 4);
    const size = new Uint8Array(Uint32Array.of(RECEIVE_BUFFER).buffer);
    kernel.setsockopt(this.#fd, SOL_SOCKET, SO_RCVBUFFORCE, size, 4);
  }

  [Symbol.dispose](): void {
    close(this.#fd);
  }

  /** Stays the socket's. */
  get descriptor(): number {
    return this.#fd;
  }

  /**
   * Sends requests together, which the kernel works through in their order, and returns what it answered besides. Throws
   * NetlinkError for the first that it refuses; the others have been carried out nonetheless.
   */
  request(...requests: readonly Request[]): ReceivedMessage[] {
    const first = this.#send(requests.map(({ message }) => ({
      ...message,
      flags: message.flags | NLM_F.REQUEST | NLM_F.ACK,
    })));
    const answers: ReceivedMessage[] = [];
    let failure: NetlinkError | undefined;
    for (let open = requests.length; open > 0;) {
      for (const message of this.#receive(first)) {
        if (message.type !== NLMSG.ERROR) {
          answers.push(message);
          continue;
        }
        open--;
        const { errno, explanation } = decodeAcknowledgement(message);
        const { what } = requests[message.sequence - first];
        if (errno !== 0) failure ??= new NetlinkError(what, errno, explanation);
      }
    }
    if (failure) throw failure;
    return answers;
  }

  /**
   * Sends requests as a batch of netfilter's, between its beginning and its end, which are not acknowledged. They are carried
   * out as a whole or not at all: throws NetlinkError for the first that is refused.
   */
  batch(begin: Message, requests: readonly Request[], end: Message): void {
    const flags = NLM_F.REQUEST | NLM_F.ACK;
    const first = this.#send([
      { ...begin, flags: NLM_F.REQUEST },
      ...requests.map(({ message }) => ({ ...message, flags: message.flags | flags })),
      { ...end, flags: NLM_F.REQUEST },
    ]);
    for (let open = requests.length; open > 0;) {
      for (const message of this.#receive(first)) {
        if (message.type !== NLMSG.ERROR) continue;
        open--;
        const { errno, explanation } = decodeAcknowledgement(message);
        const what = requests[message.sequence - first - 1]?.what ?? "change nftables";
        if (errno !== 0) throw new NetlinkError(what, errno, explanation);
      }
    }
  }

  /** Asks for all there is of something. */
  dump({ message, what }: Request): ReceivedMessage[] {
    const sequence = this.#send([{
      ...message,
      flags: message.flags | NLM_F.REQUEST | NLM_F.DUMP,
    }]);
    const answers: ReceivedMessage[] = [];
    for (;;) {
      for (const answer of this.#receive(sequence)) {
        if (answer.type !== NLMSG.DONE && answer.type !== NLMSG.ERROR) {
          answers.push(answer);
          continue;
        }
        const { errno, explanation } = decodeAcknowledgement(answer);
        if (errno !== 0) throw new NetlinkError(what, errno, explanation);
        return answers;
      }
    }
  }

  /** Returns the number of the first message. */
  #send(messages: readonly Message[]): number {
    const first = this.#sequence;
    this.#sequence += messages.length;
    writeAll(this.#fd, encodeMessages(messages, first));
    return first;
  }

  /** What comes next, without answers to what was asked before and given up. */
  #receive(first: number): ReceivedMessage[] {
    const length = read(this.#fd, this.#buffer);
    const received = this.#buffer.slice(0, length); // answers outlive the buffer
    return decodeMessages(received).filter(({ sequence }) => sequence >= first);
  }
}

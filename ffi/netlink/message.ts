/** Netlink messages: struct nlmsghdr and what follows it, netlink(7). */

import { align, decodeAttributes, readText } from "./attributes.ts";

export const NLM_F = {
  REQUEST: 0x1,
  MULTI: 0x2,
  ACK: 0x4,
  /** Of an answer: it is about a message that is not repeated in full. */
  CAPPED: 0x100,
  /** Of an answer: attributes follow, a message in words among them. */
  ACK_TLVS: 0x200,
  /** Of a request for all there is. */
  DUMP: 0x300,
  /** Of a request that makes something. */
  REPLACE: 0x100,
  EXCL: 0x200,
  CREATE: 0x400,
  APPEND: 0x800,
} as const;

/** Types of messages of the protocol itself. */
export const NLMSG = { NOOP: 1, ERROR: 2, DONE: 3, OVERRUN: 4 } as const;

export interface Message {
  readonly type: number;
  readonly flags: number;
  /** A header of the protocol's family, and attributes. */
  readonly body: Uint8Array;
}

export interface ReceivedMessage extends Message {
  readonly sequence: number;
}

const HEADER = 16;

/** The messages one after the other, numbered from `sequence` on. */
export function encodeMessages(
  messages: readonly Message[],
  sequence: number,
): Uint8Array<ArrayBuffer> {
  const size = messages.reduce((sum, { body }) => sum + HEADER + align(body.length), 0);
  const encoded = new Uint8Array(size), view = new DataView(encoded.buffer);
  let at = 0;
  messages.forEach(({ type, flags, body }, i) => {
    view.setUint32(at, HEADER + body.length, true);
    view.setUint16(at + 4, type, true);
    view.setUint16(at + 6, flags, true);
    view.setUint32(at + 8, sequence + i, true);
    encoded.set(body, at + HEADER);
    at += HEADER + align(body.length);
  });
  return encoded;
}

/** What was received at once. Bytes that are no message are left out. */
export function decodeMessages(bytes: Uint8Array): ReceivedMessage[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const messages: ReceivedMessage[] = [];
  for (let at = 0; at + HEADER <= bytes.length;) {
    const length = view.getUint32(at, true);
    if (length < HEADER || at + length > bytes.length) break;
    messages.push({
      type: view.getUint16(at + 4, true),
      flags: view.getUint16(at + 6, true),
      sequence: view.getUint32(at + 8, true),
      body: bytes.subarray(at + HEADER, at + length),
    });
    at += align(length);
  }
  return messages;
}

/** How a request went: 0, or an errno and, from kernels that say it, why. */
export interface Acknowledgement {
  readonly errno: number;
  readonly explanation: string;
}

const NLMSGERR_ATTR_MSG = 1;

/** Reads an NLMSG_ERROR (struct nlmsgerr), or the number in an NLMSG_DONE. */
export function decodeAcknowledgement({ type, flags, body }: Message): Acknowledgement {
  const view = new DataView(body.buffer, body.byteOffset, body.length);
  const errno = body.length < 4 ? 0 : -view.getInt32(0, true);
  if (!(flags & NLM_F.ACK_TLVS)) return { errno, explanation: "" };
  const request = type === NLMSG.DONE
    ? 0
    : flags & NLM_F.CAPPED
    ? HEADER
    : align(view.getUint32(4, true));
  const explanation = decodeAttributes(body.subarray(4 + request)).get(NLMSGERR_ATTR_MSG);
  return { errno, explanation: explanation ? readText(explanation) : "" };
}

/** DNS messages: RFC 1035, section 4. What comes from containers is hostile: anything that does not fit gives a FormatError. */

export const TYPE = { A: 1, PTR: 12, AAAA: 28 } as const;
export const CLASS_IN = 1;
export const RCODE = { NOERROR: 0, SERVFAIL: 2, NXDOMAIN: 3, NOTIMP: 4 } as const;
const FLAG = { RESPONSE: 0x8000, TRUNCATED: 0x0200, RECURSION_DESIRED: 0x0100 } as const;
const RECURSION_AVAILABLE = 0x0080, OPCODE_MASK = 0x7800;
const HEADER_SIZE = 12, LONGEST_LABEL = 63, LONGEST_NAME = 255;

export class FormatError extends Error {
  override readonly name = "FormatError";
}

export interface Question {
  /** Labels joined by dots, without one at the end, in lower case; bytes outside of ASCII as in Latin-1. */
  readonly name: string;
  readonly type: number;
  readonly class: number;
}

export interface Query {
  readonly id: number;
  readonly isStandard: boolean;
  readonly question: Question;
  /** The question as it was asked, to be repeated in the answer. */
  readonly questionBytes: Uint8Array;
  readonly recursionDesired: boolean;
}

/** Reads a query with one question, as all are that occur; what follows the question is not looked at. */
export function decodeQuery(bytes: Uint8Array): Query {
  if (bytes.length < HEADER_SIZE) throw new FormatError("message too short");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const flags = view.getUint16(2);
  if (flags & FLAG.RESPONSE) throw new FormatError("not a query");
  if (view.getUint16(4) !== 1) throw new FormatError("not one question");
  const { name, end } = decodeName(bytes, HEADER_SIZE);
  if (end + 4 > bytes.length) throw new FormatError("question too short");
  return {
    id: view.getUint16(0),
    isStandard: (flags & OPCODE_MASK) === 0,
    question: { name, type: view.getUint16(end), class: view.getUint16(end + 2) },
    questionBytes: bytes.subarray(HEADER_SIZE, end + 4),
    recursionDesired: (flags & FLAG.RECURSION_DESIRED) !== 0,
  };
}

/** A name in a question, which nothing stands before: it is never compressed. */
function decodeName(bytes: Uint8Array, start: number): { name: string; end: number } {
  const labels: string[] = [];
  for (let at = start;;) {
    const length = bytes[at];
    if (length === undefined) throw new FormatError("name too short");
    if (length === 0) {
      if (at + 1 - start > LONGEST_NAME) throw new FormatError("name too long");
      return { name: labels.join(".").toLowerCase(), end: at + 1 };
    }
    if (length > LONGEST_LABEL) throw new FormatError("compressed name in a question");
    const label = bytes.subarray(at + 1, at + 1 + length);
    if (label.length < length) throw new FormatError("label too short");
    labels.push(String.fromCharCode(...label));
    at += 1 + length;
  }
}

/** The bytes of a name. Throws FormatError for one that cannot be. */
export function encodeName(name: string): Uint8Array {
  const labels = name === "" ? [] : name.split(".");
  const bytes = labels.flatMap((label) => {
    if (label.length === 0 || label.length > LONGEST_LABEL) {
      throw new FormatError(`invalid label ${JSON.stringify(label)}`);
    }
    return [label.length, ...Array.from(label, (character) => character.charCodeAt(0) & 0xff)];
  });
  if (bytes.length + 1 > LONGEST_NAME) throw new FormatError("name too long");
  return new Uint8Array([...bytes, 0]);
}

export interface Answer {
  readonly type: number;
  /** Seconds. */
  readonly ttl: number;
  readonly data: Uint8Array;
}

/** An answer to the query, in which all records are of the name that was asked for. */
export function encodeResponse(
  query: Query,
  code: number,
  answers: readonly Answer[] = [],
): Uint8Array<ArrayBuffer> {
  const flags = FLAG.RESPONSE | RECURSION_AVAILABLE | code |
    (query.recursionDesired ? FLAG.RECURSION_DESIRED : 0);
  const records = answers.flatMap(({ type, ttl, data }) => [
    ...[0xc0, HEADER_SIZE], // the question's name
    ...u16(type),
    ...u16(CLASS_IN),
    ...u16(ttl >>> 16),
    ...u16(ttl & 0xffff),
    ...u16(data.length),
    ...data,
  ]);
  const counts = [1, answers.length, 0, 0];
  const header = [query.id, flags, ...counts].flatMap(u16);
  return new Uint8Array([...header, ...query.questionBytes, ...records]);
}

/** The same answer without what does not fit a datagram: the question is to be asked again by TCP. */
export function truncate(response: Uint8Array, questionSize: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(response.slice(0, HEADER_SIZE + questionSize));
  const view = new DataView(bytes.buffer);
  view.setUint16(2, view.getUint16(2) | FLAG.TRUNCATED);
  for (const count of [6, 8, 10]) view.setUint16(count, 0);
  return bytes;
}

function u16(value: number): [number, number] {
  return [value >> 8 & 0xff, value & 0xff];
}

/** The address that a name like `2.0.17.172.in-addr.arpa` asks for; undefined if it is no such name. */
export function addressOfPointer(name: string): string | undefined {
  const v4 = /^((?:\d{1,3}\.){4})in-addr\.arpa$/.exec(name)?.[1];
  if (v4 !== undefined) {
    const parts = v4.slice(0, -1).split(".").toReversed();
    return parts.every((part) => Number(part) < 256) ? parts.map(Number).join(".") : undefined;
  }
  const v6 = /^((?:[0-9a-f]\.){32})ip6\.arpa$/.exec(name)?.[1];
  if (v6 === undefined) return undefined;
  const digits = v6.replaceAll(".", "").split("").toReversed().join("");
  return digits.match(/.{4}/g)!.join(":");
}

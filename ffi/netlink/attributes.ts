/** Attributes of netlink messages: netlink(7), rtnetlink(7), include/uapi/linux/netlink.h. Numbers are in the host's byte order. */

import { cstring, decodeName } from "../cstring.ts";

/** A type, and what stands behind it: bytes, or attributes again. */
export type Attribute = readonly [type: number, value: Uint8Array | readonly Attribute[]];

/** Tells attributes that hold attributes: nftables wants it, rtnetlink takes either. */
const NLA_F_NESTED = 0x8000;
const TYPE_MASK = 0x3fff;
const HEADER = 4;

/** Rounds up to a multiple of four: NLMSG_ALIGN, NLA_ALIGN. */
export const align = (length: number) => (length + 3) & ~3;

/** Attributes one after the other, each padded to four bytes. */
export function encodeAttributes(attributes: readonly Attribute[]): Uint8Array<ArrayBuffer> {
  const values = attributes.map(([type, value]) =>
    value instanceof Uint8Array
      ? { type, bytes: value }
      : { type: type | NLA_F_NESTED, bytes: encodeAttributes(value) }
  );
  const size = values.reduce((sum, { bytes }) => sum + HEADER + align(bytes.length), 0);
  const encoded = new Uint8Array(size), view = new DataView(encoded.buffer);
  let at = 0;
  for (const { type, bytes } of values) {
    view.setUint16(at, HEADER + bytes.length, true);
    view.setUint16(at + 2, type, true);
    encoded.set(bytes, at + HEADER);
    at += HEADER + align(bytes.length);
  }
  return encoded;
}

/** The values by their types; of two with one type the last. Bytes that are no attribute are left out. */
export function decodeAttributes(bytes: Uint8Array): Map<number, Uint8Array> {
  return new Map(listAttributes(bytes));
}

/** All of them in their order, for lists whose elements have one type. */
export function listAttributes(bytes: Uint8Array): [type: number, value: Uint8Array][] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const found: [number, Uint8Array][] = [];
  for (let at = 0; at + HEADER <= bytes.length;) {
    const length = view.getUint16(at, true);
    if (length < HEADER || at + length > bytes.length) break;
    found.push([
      view.getUint16(at + 2, true) & TYPE_MASK,
      bytes.subarray(at + HEADER, at + length),
    ]);
    at += align(length);
  }
  return found;
}

export function u8(value: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.of(value);
}

export function u16(value: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Uint16Array.of(value).buffer);
}

export function u32(value: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Uint32Array.of(value).buffer);
}

/** A string with the NUL that ends it. */
export const text = cstring;

export function readU32(bytes: Uint8Array): number {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length).getUint32(0, true);
}

/** A string, without the NUL that ends it. */
export function readText(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return decodeName(end < 0 ? bytes : bytes.subarray(0, end));
}

/** The 512-byte blocks that a tar archive consists of, and the fields of a header block: tar(5). */

import { decodeName } from "../../../ffi/cstring.ts";

export const BLOCK_SIZE = 512;

/** Where the fields of a header are: [offset, length] in bytes. */
export const FIELD = {
  name: [0, 100],
  mode: [100, 8],
  uid: [108, 8],
  gid: [116, 8],
  size: [124, 12],
  modified: [136, 12],
  checksum: [148, 8],
  linkName: [157, 100],
  userName: [265, 32],
  groupName: [297, 32],
  deviceMajor: [329, 8],
  deviceMinor: [337, 8],
  /** ustar: what comes before `name`, without the slash between them. */
  prefix: [345, 155],
  /** star: a shorter prefix, because the times follow it. */
  starPrefix: [345, 131],
  gnuAccessed: [345, 12],
} as const satisfies Record<string, readonly [number, number]>;

type Field = readonly [offset: number, length: number];

export const TYPE_OFFSET = 156;
export const MAGIC_OFFSET = 257;

/** Bytes that fill up the last block of a file of this size. */
export function paddingOf(size: number): number {
  return -size & (BLOCK_SIZE - 1);
}

export function isZeroBlock(block: Uint8Array): boolean {
  for (let at = 0; at < BLOCK_SIZE; at++) {
    if (block[at] !== 0) return false;
  }
  return true;
}

/** The sum of all bytes, those of the checksum field taken as spaces. */
export function checksum(block: Uint8Array): number {
  const [start, length] = FIELD.checksum;
  let sum = length * 0x20;
  for (let at = 0; at < start; at++) sum += block[at];
  for (let at = start + length; at < BLOCK_SIZE; at++) sum += block[at];
  return sum;
}

/** Whether the checksum is right, be it of unsigned bytes or, as some old programs have it, of signed ones. */
export function checksumMatches(block: Uint8Array): boolean {
  const stored = readNumber(block, FIELD.checksum), sum = checksum(block);
  return stored === sum || stored === sum - 256 * countHighBytes(block);
}

function countHighBytes(block: Uint8Array): number {
  const [start, length] = FIELD.checksum;
  let count = 0;
  for (let at = 0; at < BLOCK_SIZE; at++) {
    if (block[at] > 127 && (at < start || at >= start + length)) count++;
  }
  return count;
}

/** A field that holds text, which ends with a NUL or with the field. */
export function readText(block: Uint8Array, [start, length]: Field): string {
  let end = start;
  while (end < start + length && block[end] !== 0) end++;
  return decodeName(block.subarray(start, end));
}

/** A field that holds a number, octal or base-256 (GNU); NaN if it holds neither, or more than 2^53. */
export function readNumber(block: Uint8Array, [start, length]: Field): number {
  if (block[start] & 0x80) return readBinary(block, start, length);
  const end = start + length;
  let at = start, value = 0;
  while (at < end && isBlank(block[at])) at++;
  for (; at < end && block[at] >= 0x30 && block[at] <= 0x37; at++) {
    value = value * 8 + block[at] - 0x30;
  }
  return at === end || isBlank(block[at]) ? value : NaN;
}

const isBlank = (byte: number): boolean => byte === 0x20 || byte === 0;

/** Two's complement, most significant byte first; the top bit only marks the form, the next is the sign. */
function readBinary(block: Uint8Array, start: number, length: number): number {
  const negative = (block[start] & 0x40) !== 0, inverted = negative ? 0xff : 0;
  let value = (block[start] ^ inverted) & 0x7f;
  for (let at = start + 1; at < start + length; at++) {
    value = value * 256 + (block[at] ^ inverted);
  }
  if (!Number.isSafeInteger(value)) return NaN;
  return negative ? -value - 1 : value;
}

/** Writes an octal number with leading zeros and a NUL; false, and zero written, if it does not fit. */
export function writeOctal(block: Uint8Array, [start, length]: Field, value: number): boolean {
  const fits = value >= 0 && value < 8 ** (length - 1);
  let rest = fits ? value : 0;
  for (let at = start + length - 2; at >= start; at--) {
    block[at] = 0x30 + rest % 8;
    rest = Math.floor(rest / 8);
  }
  return fits;
}

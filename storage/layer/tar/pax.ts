/**
 * Extended headers: POSIX.1-2001 pax. A record is bytes, `LENGTH KEY=VALUE\n`; a value may hold anything, a NUL or a newline
 * too, as security.capability does.
 */

import { decodeName, encodeName } from "../../../ffi/cstring.ts";
import type { Time } from "../../../ffi/file.ts";
import { invalidHeader } from "./error.ts";
import type { TarHeader } from "./header.ts";

export interface PaxRecord {
  readonly key: string;
  readonly value: Uint8Array<ArrayBuffer>;
}

/** The prefix under which star, GNU tar, Go and docker keep extended attributes. */
export const ATTRIBUTE_PREFIX = "SCHILY.xattr.";

/** The records of an extended header, copied out of it. */
export function parseRecords(bytes: Uint8Array<ArrayBuffer>, position: number): PaxRecord[] {
  const records: PaxRecord[] = [];
  for (let at = 0; at < bytes.length;) {
    const malformed = () => invalidHeader("malformed extended header", position);
    let length = 0, start = at;
    for (; bytes[start] >= 0x30 && bytes[start] <= 0x39 && start < at + 10; start++) {
      length = length * 10 + bytes[start] - 0x30;
    }
    const end = at + length, equals = bytes.indexOf(0x3d, start);
    if (start === at || bytes[start] !== 0x20 || end > bytes.length) throw malformed();
    if (equals <= start + 1 || equals >= end || bytes[end - 1] !== 0x0a) throw malformed();
    const key = decodeName(bytes.subarray(start + 1, equals));
    if (key.includes("\0")) throw malformed();
    records.push({ key, value: bytes.slice(equals + 1, end - 1) });
    at = end;
  }
  return records;
}

/** Lets the records overrule what the header block says. An empty value takes nothing away, as in Go. */
export function applyRecords(
  header: TarHeader,
  records: readonly PaxRecord[],
  position: number,
): void {
  for (const { key, value } of records) {
    if (value.length === 0 && !key.startsWith(ATTRIBUTE_PREFIX)) continue;
    switch (key) {
      case "path":
        header.name = decodeName(value);
        break;
      case "linkpath":
        if (header.type === "link" || header.type === "symlink") {
          header.linkName = decodeName(value);
        }
        break;
      case "size":
        header.size = parseInteger(key, value, position);
        break;
      case "uid":
        header.uid = parseInteger(key, value, position);
        break;
      case "gid":
        header.gid = parseInteger(key, value, position);
        break;
      case "mtime":
        header.modified = parseTime(key, value, position);
        break;
      case "atime":
        header.accessed = parseTime(key, value, position);
        break;
      case "SCHILY.devmajor":
        header.deviceMajor = parseInteger(key, value, position);
        break;
      case "SCHILY.devminor":
        header.deviceMinor = parseInteger(key, value, position);
        break;
      default:
        if (key.startsWith(ATTRIBUTE_PREFIX)) {
          header.attributes ??= new Map();
          header.attributes.set(key.slice(ATTRIBUTE_PREFIX.length), value);
        }
    }
  }
}

/** A decimal number of at most 2^53, or NaN. */
export function parseDecimal(text: string): number {
  const number = /^[0-9]{1,16}$/.test(text) ? Number(text) : NaN;
  return Number.isSafeInteger(number) ? number : NaN;
}

function parseInteger(key: string, value: Uint8Array, position: number): number {
  const number = parseDecimal(decodeName(value));
  if (Number.isNaN(number)) throw invalidHeader(`malformed ${key}`, position);
  return number;
}

/** Seconds with an optional fraction, of which nanoseconds are kept. */
function parseTime(key: string, value: Uint8Array, position: number): Time {
  const match = /^(-?)([0-9]{1,15})(?:\.([0-9]*))?$/.exec(decodeName(value));
  if (match === null) throw invalidHeader(`malformed ${key}`, position);
  const [, sign, whole, fraction = ""] = match;
  const seconds = Number(whole), nanoseconds = Number(fraction.slice(0, 9).padEnd(9, "0"));
  if (sign === "") return { seconds, nanoseconds };
  // The kernel counts nanoseconds upwards from the second before.
  return nanoseconds === 0
    ? { seconds: 0 - seconds, nanoseconds }
    : { seconds: -seconds - 1, nanoseconds: 1e9 - nanoseconds };
}

/** The text of a time that parseTime reads back exactly. */
export function formatTime({ seconds, nanoseconds }: Time): string {
  if (nanoseconds === 0) return `${seconds}`;
  const negative = seconds < 0;
  const whole = negative ? -seconds - 1 : seconds,
    rest = negative ? 1e9 - nanoseconds : nanoseconds;
  const fraction = `${rest}`.padStart(9, "0").replace(/0+$/, "");
  return `${negative ? "-" : ""}${whole}.${fraction}`;
}

/** The bytes of one record; its length counts its own digits. */
export function encodeRecord(key: string, value: string | Uint8Array): Uint8Array<ArrayBuffer> {
  const name = encodeName(key), content = typeof value === "string" ? encodeName(value) : value;
  const rest = name.length + content.length + 3; // the space, '=' and the newline
  let length = rest + `${rest}`.length;
  if (`${length}`.length !== `${rest}`.length) length = rest + `${length}`.length;
  const record = new Uint8Array(length);
  const digits = encodeName(`${length} `);
  record.set(digits);
  record.set(name, digits.length);
  record[digits.length + name.length] = 0x3d;
  record.set(content, digits.length + name.length + 1);
  record[length - 1] = 0x0a;
  return record;
}

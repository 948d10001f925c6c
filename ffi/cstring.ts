/**
 * Strings between JavaScript and the kernel.
 *
 * A file name is bytes. Bytes that are not UTF-8 become lone surrogates U+DC80..U+DCFF (Python's "surrogateescape",
 * PEP 383), so that every name survives the way into a JavaScript string and back.
 */

import { SystemError } from "./errno.ts";

const encoder = new TextEncoder();
const strictDecoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The bytes of a name, without a terminator. */
export function encodeName(name: string): Uint8Array<ArrayBuffer> {
  return name.isWellFormed() ? encoder.encode(name) : encodeEscaped(name);
}

const EINVAL = 22;

/** The bytes of a name with the NUL that C wants. A NUL inside, which an image may have, cannot be passed on: EINVAL. */
export function cstring(text: string): Uint8Array<ArrayBuffer> {
  if (text.includes("\0")) throw new SystemError("pass on the NUL byte in", text, EINVAL);
  return encodeName(text + "\0");
}

/** The name that these bytes spell. */
export function decodeName(bytes: Uint8Array): string {
  try {
    return strictDecoder.decode(bytes);
  } catch {
    return decodeEscaped(bytes);
  }
}

function encodeEscaped(name: string): Uint8Array<ArrayBuffer> {
  const bytes: number[] = [];
  for (const character of name) {
    const code = character.codePointAt(0)!;
    if (code >= 0xdc80 && code <= 0xdcff) bytes.push(code - 0xdc00);
    else bytes.push(...encoder.encode(character));
  }
  return new Uint8Array(bytes);
}

function decodeEscaped(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length;) {
    const length = sequenceLength(bytes, at);
    text += length === 0
      ? String.fromCharCode(0xdc00 + bytes[at])
      : strictDecoder.decode(bytes.subarray(at, at + length));
    at += Math.max(length, 1);
  }
  return text;
}

/** Length of the valid UTF-8 sequence that starts here, or 0. */
function sequenceLength(bytes: Uint8Array, at: number): number {
  for (let length = 1; length <= 4 && at + length <= bytes.length; length++) {
    try {
      strictDecoder.decode(bytes.subarray(at, at + length));
      return length;
    } catch {
      continue;
    }
  }
  return 0;
}

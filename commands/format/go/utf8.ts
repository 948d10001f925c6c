/** Go's strings are bytes: lengths, indexes and cuts in templates count UTF-8 bytes. */
const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

export function encodeUtf8(text: string): Uint8Array {
  return encoder.encode(text);
}

/** Malformed sequences, as a cut inside a character leaves them, become U+FFFD. */
export function decodeUtf8(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}

/** The text from one byte offset to another. */
export function sliceUtf8(text: string, start: number, end: number): string {
  return decodeUtf8(encodeUtf8(text).subarray(start, end));
}

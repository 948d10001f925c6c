/** Compressing with gzip on all processors. */

import type { ByteSource } from "../source.ts";

/** Uncompressed bytes of a member. Small enough for several processors, and large enough to lose nothing by the division. */
const MEMBER_SIZE = 1 << 20;
/** Twice as fast as the usual 6, and 3% larger. */
const LEVEL = 3;

type Bytes = Uint8Array<ArrayBuffer>;

/**
 * Compresses a source into one gzip file, as a row of members (RFC 1952, section 2.2). The same bytes give the same file,
 * however they are cut into chunks.
 */
export async function* gzip(source: ByteSource): ByteSource {
  const zlib = await import("node:zlib");
  const compress = (bytes: Bytes) =>
    new Promise<Bytes>((resolve, reject) =>
      zlib.gzip(
        bytes,
        { level: LEVEL, chunkSize: MEMBER_SIZE >> 2 },
        (error, result) => error ? reject(error) : resolve(result as unknown as Bytes),
      )
    );
  const pending: Promise<Bytes>[] = [], depth = navigator.hardwareConcurrency + 1;
  let isEmpty = true;
  for await (const member of cut(source)) {
    isEmpty = false;
    const compressed = compress(member);
    compressed.catch(() => {}); // it is waited for below
    pending.push(compressed);
    if (pending.length > depth) yield await pending.shift()!;
  }
  if (isEmpty) pending.push(compress(new Uint8Array(0)));
  for (const compressed of pending) yield await compressed;
}

/** The same bytes in pieces of one size, which are the caller's own. */
async function* cut(source: ByteSource): ByteSource {
  let piece = new Uint8Array(MEMBER_SIZE), length = 0;
  for await (const chunk of source) {
    for (let at = 0; at < chunk.length;) {
      const part = chunk.subarray(at, at + MEMBER_SIZE - length);
      piece.set(part, length);
      at += part.length;
      length += part.length;
      if (length < MEMBER_SIZE) continue;
      yield piece;
      piece = new Uint8Array(MEMBER_SIZE);
      length = 0;
    }
  }
  if (length > 0) yield piece.subarray(0, length);
}

/** Compressing with gzip on all processors. */

import type { ByteSource } from "../source.ts";
import type { GzipThreads } from "./gzip_threads.ts";
import { hasOtherProcessor, WORTH_A_THREAD } from "./thread.ts";

/** Uncompressed bytes of a member. Small enough for several processors, and large enough to lose nothing by the division. */
const MEMBER_SIZE = 1 << 20;
/** A third less work than the usual 6, and 3% larger. */
const LEVEL = 3;
/** zlib's output: whatever a member is compressed to is one piece. */
const CHUNK_SIZE = MEMBER_SIZE + 4096;

type Bytes = Uint8Array<ArrayBuffer>;

/**
 * Compresses a source into one gzip file, as a row of members (RFC 1952, section 2.2). The same bytes give the same file,
 * however they are cut into chunks, and on however many processors. Of a source of which it is known that it has `expected` bytes,
 * and that these are many, the first go to the threads, too.
 */
export async function* gzip(source: ByteSource, expected = 0): ByteSource {
  const { gzipSync } = await import("node:zlib");
  const here = (bytes: Bytes) =>
    gzipSync(bytes, { level: LEVEL, chunkSize: CHUNK_SIZE }) as Uint8Array<
      ArrayBufferLike
    > as Bytes;
  const pending: Promise<Bytes>[] = [];
  let threads: GzipThreads | undefined, size = 0;
  const isSmall = () => Math.max(size, expected) <= WORTH_A_THREAD;
  try {
    const room = () => threads?.done.pop() ?? new Uint8Array(MEMBER_SIZE);
    for await (const member of cut(source, room)) {
      size += member.length;
      if (!hasOtherProcessor || isSmall()) {
        yield here(member);
        continue;
      }
      threads ??= (await import("./gzip_threads.ts")).GzipThreads.share(LEVEL, CHUNK_SIZE);
      const compressed = threads.compress(member);
      compressed.catch(() => {}); // it is waited for below
      pending.push(compressed);
      if (pending.length > threads.count + 1) yield await pending.shift()!;
    }
    if (size === 0) yield here(new Uint8Array(0));
    for (const compressed of pending) yield await compressed;
  } finally {
    threads?.[Symbol.dispose]();
  }
}

/** The same bytes in pieces of one size, each in a buffer of that size that `room` gives. */
async function* cut(source: ByteSource, room: () => Bytes): ByteSource {
  let piece: Bytes | undefined, length = 0;
  for await (const chunk of source) {
    for (let at = 0; at < chunk.length;) {
      piece ??= room();
      const part = chunk.subarray(at, at + MEMBER_SIZE - length);
      piece.set(part, length);
      at += part.length;
      length += part.length;
      if (length < MEMBER_SIZE) continue;
      yield piece;
      piece = undefined;
      length = 0;
    }
  }
  if (piece !== undefined) yield piece.subarray(0, length);
}

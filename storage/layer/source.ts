/** Where an archive's bytes come from. */

import { read, readInPool } from "../../ffi/file.ts";
import { isRegularFile, statAt } from "../../ffi/stat.ts";

/**
 * Bytes in chunks that are worth a step of their own, from some kB to a few MB. A chunk is only good until the next one is
 * asked for: who keeps it longer copies it.
 */
export type ByteSource = AsyncIterable<Uint8Array<ArrayBuffer>>;

/** Chunks that can be had without waiting. */
export async function* sourceOf(chunks: Iterable<Uint8Array<ArrayBuffer>>): ByteSource {
  yield* chunks;
}

const CHUNK_SIZE = 1 << 20;

/**
 * The rest of an open file, pipe or terminal. A regular file is read at once, since the kernel reads ahead and another
 * thread gains nothing; anything else is waited for in the pool, so that the program stays alive meanwhile.
 */
export async function* fileSource(fd: number): ByteSource {
  const buffer = new Uint8Array(CHUNK_SIZE), isRegular = isRegularFile(statAt(fd, ""));
  for (;;) {
    const length = isRegular ? read(fd, buffer) : await readInPool(fd, buffer);
    if (length === 0) return;
    yield buffer.subarray(0, length);
  }
}

/**
 * Decompresses zstd with the reference decoder as WebAssembly, which is everywhere, as fast as a disk, and fails in a way that can
 * be caught: Deno's own node:zlib stops after the first frame, takes a cut-off file for a whole one, and ends the
 * program when the data is corrupt.
 */

import { ArchiveError, unexpectedEnd } from "../archive_error.ts";
import type { ByteSource } from "../source.ts";

/**
 * The decoder does not report errors; it stops taking input. After this many steps without output from the same input it has
 * stopped for good.
 */
const MAX_IDLE_STEPS = 10_000;

/** The uncompressed bytes of one or more frames, whose windows must not be larger than 128 MiB. */
export async function* unzstd(source: ByteSource): ByteSource {
  const { ZSTDDecoder } = await import("zstddec/stream");
  const decoder = new ZSTDDecoder();
  await decoder.init();

  const iterator = source[Symbol.asyncIterator]();
  let ahead = await iterator.next(), isTaken = false;
  // The decoder takes at most one chunk in each step, and copies it; so one that is here already suffices.
  function* input() {
    while (!ahead.done) {
      isTaken = true;
      yield ahead.value;
    }
  }
  const output = decoder.decodeStreaming(input());
  try {
    for (let idle = 0; idle < MAX_IDLE_STEPS; idle++) {
      const { value, done } = nextOutput(output);
      if (done) return;
      if (value.length > 0) {
        yield value;
        idle = 0;
      }
      if (isTaken) {
        isTaken = false;
        idle = 0;
        ahead = await iterator.next();
      }
    }
    throw new ArchiveError("zstd: corrupt data");
  } finally {
    await iterator.return?.();
  }
}

function nextOutput(output: Generator<Uint8Array>): IteratorResult<Uint8Array<ArrayBuffer>> {
  try {
    return output.next() as IteratorResult<Uint8Array<ArrayBuffer>>;
  } catch (error) {
    // The only error the decoder has is that the last frame is not complete.
    throw error instanceof WebAssembly.RuntimeError || error instanceof RangeError
      ? new ArchiveError(`zstd: ${error.message}`)
      : unexpectedEnd();
  }
}

/** A blob's bytes, however often the connection breaks. */

import { EngineError, InvalidError } from "../errors.ts";
import type { Descriptor } from "../archive/oci.ts";
import { ChunkBuffer } from "../layer/chunk_buffer.ts";
import type { ByteSource } from "../layer/source.ts";
import { delayBefore, mayRetry, pause } from "./retry.ts";

/** Asks for a blob from an offset on. The answer may begin at 0 nevertheless. */
export type FetchBlob = (
  digest: string,
  offset: number,
) => Promise<{ readonly start: number; readonly body: ReadableStream<Uint8Array<ArrayBuffer>> }>;

export interface BlobOptions {
  /** How often it is tried without any progress. */
  readonly maxAttempts: number;
  readonly signal?: AbortSignal;
  /** Is told how many bytes there are by now. */
  onProgress?(bytes: number): void;
  /** Is told, before another attempt, how long that is going to wait. Milliseconds. */
  onRetry?(delay: number): void;
}

/** Bytes between two failures that make it worth going on. */
const PROGRESS = 1 << 16;

/**
 * The bytes of a blob, exactly as many as its descriptor says: what is missing is asked for again, what is too much is an
 * error. Whether they are the right ones is for the caller to verify.
 */
export async function* blobSource(
  fetchBlob: FetchBlob,
  { digest, size }: Pick<Descriptor, "digest" | "size">,
  { maxAttempts, signal, onProgress, onRetry }: BlobOptions,
): ByteSource {
  const buffer = new ChunkBuffer();
  let received = 0, failures = 0;
  while (received < size) {
    const before = received;
    try {
      const { start, body } = await fetchBlob(digest, received);
      let position = start;
      for await (const chunk of body) {
        const skipped = Math.min(Math.max(received - position, 0), chunk.length);
        position += chunk.length;
        if (skipped === chunk.length) continue;
        const news = skipped === 0 ? chunk : chunk.subarray(skipped);
        received += news.length;
        if (received > size) throw tooLong(digest, size);
        onProgress?.(received);
        buffer.append(news);
        if (buffer.isFull) yield buffer.take();
      }
      if (received < size) throw new CutShort(digest, size, received);
    } catch (error) {
      signal?.throwIfAborted();
      if (!(error instanceof CutShort) && !mayRetry(error)) throw error;
      failures = received - before >= PROGRESS ? 1 : failures + 1;
      if (failures >= maxAttempts) throw error;
      const delay = delayBefore(failures);
      onRetry?.(delay);
      await pause(delay, signal);
    }
  }
  if (!buffer.isEmpty) yield buffer.take();
}

class CutShort extends EngineError {
  constructor(digest: string, size: number, received: number) {
    super(`blob ${digest} ends after ${received} of ${size} bytes`);
  }
}

function tooLong(digest: string, size: number): InvalidError {
  return new InvalidError(`blob ${digest} is longer than the ${size} bytes that it should have`);
}

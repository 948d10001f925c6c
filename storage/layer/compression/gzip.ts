import { ArchiveError, unexpectedEnd } from "../archive_error.ts";
import { concatenate } from "../bytes.ts";
import type { ByteSource } from "../source.ts";
import { hasOtherProcessor, WORTH_A_THREAD } from "./thread.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** Output in pieces of this size is four times as fast as in zlib's default, 16 KiB. */
const OUTPUT_SIZE = 1 << 18;
/** By how much a layer is smaller when it is compressed. */
const COMPRESSION = 4;

/** The uncompressed bytes of one or more gzip members. Zeros after the last are ignored, anything else is an error. */
export async function* gunzip(source: ByteSource): ByteSource {
  try {
    if (!hasOtherProcessor) return yield* gunzipHere(source);
    const { head, rest } = await begin(source);
    if (rest === undefined) return yield* gunzipHere([head]);
    const { gunzipInThread, mayHaveThread } = await import("./gunzip_thread.ts");
    if (mayHaveThread()) yield* gunzipInThread(head, rest, OUTPUT_SIZE);
    else yield* gunzipHere(resume(head, rest));
  } catch (error) {
    throw translate(error);
  }
}

/** The first bytes, and what follows if that may be much. */
async function begin(source: ByteSource): Promise<{ head: Bytes; rest?: AsyncIterator<Bytes> }> {
  const rest = source[Symbol.asyncIterator](), chunks: Bytes[] = [];
  for (let size = 0; size < WORTH_A_THREAD / COMPRESSION;) {
    const { value, done } = await rest.next();
    if (done) return { head: concatenate(chunks) };
    chunks.push(value.slice()); // the source may fill it anew
    size += value.length;
  }
  return { head: concatenate(chunks), rest };
}

async function* resume(head: Bytes, rest: AsyncIterator<Bytes>): ByteSource {
  try {
    yield head;
    for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value;
  } finally {
    await rest.return?.();
  }
}

async function* gunzipHere(source: ByteSource | Iterable<Bytes>): ByteSource {
  const { createGunzip } = await import("node:zlib");
  const stream = createGunzip({ chunkSize: OUTPUT_SIZE });
  const feed = async () => {
    try {
      for await (const chunk of source) {
        // The chunk is used up when the callback comes; only then may the source fill it anew.
        await new Promise<void>((resolve, reject) =>
          stream.write(chunk, (error) => error ? reject(error) : resolve())
        );
      }
      stream.end();
    } catch (error) {
      stream.destroy(error as Error);
    }
  };
  feed();
  try {
    yield* stream as AsyncIterable<Bytes>;
  } finally {
    stream.destroy();
  }
}

/** Go's words for what zlib found; an error of the source stays what it is. */
function translate(error: unknown): unknown {
  const { code, message } = error as Error & { code?: string };
  if (code === "Z_BUF_ERROR") return unexpectedEnd();
  return code?.startsWith("Z_") ? new ArchiveError(`gzip: corrupt data: ${message}`) : error;
}

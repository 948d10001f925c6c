import { ArchiveError, unexpectedEnd } from "../archive_error.ts";
import type { ByteSource } from "../source.ts";

/** Output in pieces of this size is four times as fast as in zlib's default, 16 KiB. */
const OUTPUT_SIZE = 1 << 18;

/** The uncompressed bytes of one or more gzip members. Zeros after the last are ignored, anything else is an error. */
export async function* gunzip(source: ByteSource): ByteSource {
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
    yield* stream as AsyncIterable<Uint8Array<ArrayBuffer>>;
  } catch (error) {
    throw translate(error);
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

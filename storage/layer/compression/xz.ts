import { ArchiveError, unexpectedEnd } from "../archive_error.ts";
import type { ByteSource } from "../source.ts";

/** Codes of xz-embedded, the decoder that the package carries as WebAssembly: enum xz_ret in its xz.h. */
const problems: Record<string, string> = {
  3: "out of memory",
  4: "out of memory",
  5: "not an xz file",
  6: "an option that is not supported (dictionary above 64 MiB, a filter, or a SHA-256 checksum)",
  7: "corrupt data",
};

/** The uncompressed bytes of one or more xz streams. */
export async function* unxz(source: ByteSource): ByteSource {
  // The package is CommonJS: its exports are those of the default export.
  const module: unknown = await import("xz-decompress");
  const { XzReadableStream } = (module as { default: typeof import("xz-decompress") }).default;
  let sourceError: unknown;
  const input = ReadableStream.from(noticeError(source, (error) => sourceError = error));
  try {
    yield* new XzReadableStream(input) as ReadableStream<Uint8Array<ArrayBuffer>>;
  } catch (error) {
    if (sourceError !== undefined) throw sourceError;
    const code = /error code (\d+)$/.exec((error as Error).message)?.[1];
    throw code !== undefined && code in problems
      ? new ArchiveError(`xz: ${problems[code]}`)
      : unexpectedEnd();
  }
}

async function* noticeError(source: ByteSource, notice: (error: unknown) => void): ByteSource {
  try {
    yield* source;
  } catch (error) {
    notice(error);
    throw error;
  }
}

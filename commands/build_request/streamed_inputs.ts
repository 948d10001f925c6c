/** A context or a Dockerfile that comes as a stream: on standard input, or from a web server. */
import { download } from "../../runtime/image/download.ts";
import { type ByteSource, fileSource } from "../../storage/layer/source.ts";
import { CliError } from "../cli/errors.ts";
import type { Inputs } from "./inputs.ts";

const STDIN = 0;

export async function fromStandardInput(file: string | undefined): Promise<Inputs> {
  if (Deno.stdin.isTerminal()) {
    throw new CliError("failed to read Dockerfile from STDIN: it is a terminal");
  }
  return await fromStream(fileSource(STDIN), file);
}

export async function fromUrl(url: string, file: string | undefined): Promise<Inputs> {
  return await fromStream((await download(url)).source, file);
}

export async function readStandardInput(): Promise<string> {
  return await readAll(fileSource(STDIN));
}

/** An archive with a Dockerfile in it, or a Dockerfile alone. */
async function fromStream(source: ByteSource, file: string | undefined): Promise<Inputs> {
  const { start, all } = await peek(source);
  if (isArchive(start)) {
    return {
      context: { kind: "archive", bytes: all },
      dockerfile: { path: file ?? "Dockerfile" },
    };
  }
  if (file !== undefined) {
    throw new CliError(
      "ambiguous Dockerfile source: both stdin and flag correspond to Dockerfiles",
    );
  }
  return { context: { kind: "none" }, dockerfile: { text: await readAll(all) } };
}

/** A block of the archive, or all there is, and the same once more with what follows. */
async function peek(source: ByteSource): Promise<{ start: Uint8Array; all: ByteSource }> {
  const BLOCK = 512;
  const chunks: Uint8Array<ArrayBuffer>[] = [], iterator = source[Symbol.asyncIterator]();
  for (let length = 0; length < BLOCK;) {
    const { value, done } = await iterator.next();
    if (done) break;
    chunks.push(value.slice());
    length += value.length;
  }
  const start = new Uint8Array(await new Blob(chunks).arrayBuffer());
  async function* all(): ByteSource {
    yield start;
    for (;;) {
      const { value, done } = await iterator.next();
      if (done) return;
      yield value;
    }
  }
  return { start, all: all() };
}

/** What compressed archives begin with: gzip, bzip2, xz, zstd. */
const MAGIC = ["1f8b", "425a68", "fd377a585a00", "28b52ffd"];

/** Where a tar's first header says that it is one; older ones have a checksum there that is a number. */
function isArchive(start: Uint8Array): boolean {
  const hex = start.subarray(0, 8).toHex();
  if (MAGIC.some((magic) => hex.startsWith(magic))) return true;
  return new TextDecoder().decode(start.subarray(257, 262)) === "ustar";
}

async function readAll(source: ByteSource): Promise<string> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  for await (const chunk of source) chunks.push(chunk.slice());
  return await new Blob(chunks).text();
}

/** The context and the Dockerfile of a build, from wherever the command line says. */
import { type GitReference, parseGitUrl } from "../../runtime/build/context/git_source.ts";
import type { BuildRequest } from "../../runtime/build/solver/request.ts";
import { download, isUrl } from "../../runtime/image/download.ts";
import { type ByteSource, fileSource } from "../../storage/layer/source.ts";
import { CliError } from "../cli/errors.ts";

type Inputs = Pick<BuildRequest, "context" | "dockerfile">;

const STDIN = 0;

export async function inputsOf(file: string | undefined, context: string): Promise<Inputs> {
  if (context === "-" && file === "-") {
    throw new CliError("invalid argument: can't use stdin for both build context and dockerfile");
  }
  if (context === "-") return await fromStandardInput(file);
  const repository = parseRepository(context);
  if (repository !== undefined) return await fromRepository(repository, file);
  if (isUrl(context)) return await fromStream((await download(context)).source, file);
  const directory = { kind: "directory", path: context } as const;
  if (file === "-") {
    return { context: directory, dockerfile: { text: await readAll(fileSource(STDIN)) } };
  }
  if (!isDirectory(context)) {
    throw new CliError(`unable to prepare context: path ${JSON.stringify(context)} not found`);
  }
  const path = file ?? `${context}/Dockerfile`;
  const text = readText(path);
  if (text === undefined) {
    const name = path.split("/").at(-1);
    throw new CliError(
      "ERROR: failed to solve: failed to read dockerfile: " +
        `open ${name}: no such file or directory`,
    );
  }
  return { context: directory, dockerfile: { text, ignoreText: readText(`${path}.dockerignore`) } };
}

/** A repository; of github.com also without a protocol. Undefined for what is none. */
export function parseRepository(text: string): GitReference | undefined {
  const [, path, fragment = ""] = /^github\.com\/([^#]+?)(?:\.git)?\/?(#.*)?$/.exec(text) ?? [];
  return parseGitUrl(path === undefined ? text : `https://github.com/${path}.git${fragment}`);
}

async function fromRepository(
  reference: GitReference,
  file: string | undefined,
): Promise<Inputs> {
  const context = { kind: "git", reference } as const;
  const dockerfile = file === "-"
    ? { text: await readAll(fileSource(STDIN)) }
    : { path: file ?? "Dockerfile" };
  return { context, dockerfile };
}

async function fromStandardInput(file: string | undefined): Promise<Inputs> {
  if (Deno.stdin.isTerminal()) {
    throw new CliError("failed to read Dockerfile from STDIN: it is a terminal");
  }
  return await fromStream(fileSource(STDIN), file);
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

function readText(path: string): string | undefined {
  try {
    return Deno.readTextFileSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) {
      return undefined;
    }
    const reason = error instanceof Deno.errors.IsADirectory
      ? `read ${path.split("/").at(-1)}: is a directory`
      : (error as Error).message;
    throw new CliError(`ERROR: failed to solve: failed to read dockerfile: ${reason}`);
  }
}

function isDirectory(path: string): boolean {
  try {
    return Deno.statSync(path).isDirectory;
  } catch {
    return false;
  }
}

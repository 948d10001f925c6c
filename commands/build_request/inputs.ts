/** The context and the Dockerfile of a build, from wherever the command line says. */
import { type GitReference, parseGitUrl } from "../../runtime/build/context/git_url.ts";
import type { BuildRequest } from "../../runtime/build/solver/request.ts";
import { isUrl } from "../../runtime/image/url.ts";
import { CliError } from "../cli/errors.ts";

export type Inputs = Pick<BuildRequest, "context" | "dockerfile">;

/** Most builds have their context in a directory. */
const streamed = () => import("./streamed_inputs.ts");

export async function inputsOf(file: string | undefined, context: string): Promise<Inputs> {
  if (context === "-" && file === "-") {
    throw new CliError("invalid argument: can't use stdin for both build context and dockerfile");
  }
  if (context === "-") return await (await streamed()).fromStandardInput(file);
  const repository = parseRepository(context);
  if (repository !== undefined) return await fromRepository(repository, file);
  if (isUrl(context)) return await (await streamed()).fromUrl(context, file);
  const directory = { kind: "directory", path: context } as const;
  if (file === "-") {
    return {
      context: directory,
      dockerfile: { text: await (await streamed()).readStandardInput() },
    };
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
    ? { text: await (await streamed()).readStandardInput() }
    : { path: file ?? "Dockerfile" };
  return { context, dockerfile };
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

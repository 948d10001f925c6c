import { SystemError } from "../ffi/errno.ts";
import { type BuildProgress, silentProgress } from "../runtime/build/solver/progress.ts";
import type { BuildRequest } from "../runtime/build/solver/request.ts";
import { buildImage, checkBuild } from "../runtime/build/solver/build_image.ts";
import { BuildCanceled, BuildError } from "../runtime/build/solver/errors.ts";
import { EngineError } from "../storage/errors.ts";
import { Store } from "../storage/store.ts";
import { buildOptions } from "./build_options.ts";
import { describeFailure } from "./build_progress/failure.ts";
import { PlainProgress } from "./build_progress/plain.ts";
import { describeWarnings, summarizeWarnings } from "./build_progress/warnings.ts";
import { parseOutput, usesStandardOutput, withOutput } from "./build_request/output.ts";
import { buildRequestOf } from "./build_request/request.ts";
import { exactly } from "./cli/arguments.ts";
import { defineCommand } from "./cli/command.ts";
import { CliError, EXIT } from "./cli/errors.ts";
import type { OptionValues } from "./cli/options.ts";
import { print, printError } from "./cli/output.ts";

/** What a shell reports of a program that ended by SIGINT. */
const INTERRUPTED = 130;

const STOPPING = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

export const command = defineCommand({
  usage: "[OPTIONS] PATH | URL | -",
  summary: "Build an image from a Dockerfile",
  description:
    "The context is a directory, a Git repository (URL[#REF[:DIRECTORY]], where there is git), the " +
    "URL of an archive or Dockerfile, or - for an archive or a Dockerfile on standard input. Each RUN " +
    "is a container of its own; what was built before is found again by its content.",
  args: exactly(1),
  options: buildOptions,
  examples: [
    ["box build -t app:1 .", "Build the Dockerfile in this directory"],
    ["box build -f Dockerfile.test --target test .", "Another file, up to one of its stages"],
    ["box build -t app:1 - < Dockerfile", "Without files to copy from"],
    ["tar -c . | box build -t app:1 -", "With an archive as context"],
    ["box build --check .", "Say what is doubtful about a Dockerfile"],
  ],
  async run({ options, args: [context], root }) {
    const abort = new AbortController();
    const beginProgress = await progressOf(options), destination = parseOutput(options.output);
    const request = await buildRequestOf(options, context, abort.signal);
    const stop = () => abort.abort();
    for (const signal of STOPPING) Deno.addSignalListener(signal, stop);
    try {
      const store = new Store(root), name = nameOf(options.file);
      if (options.check) return await check(store, request, name);
      const { id, warnings } = await withOutput(destination, async (output) => {
        // What is drawn in place stands before anything else is said.
        using view = new DisposableStack();
        const progress = beginProgress();
        view.defer(() => progress[Symbol.dispose]?.());
        return await buildImage(store, { ...request, output }, progress);
      });
      if (options.iidfile && id) Deno.writeTextFileSync(options.iidfile, id);
      if (options.quiet && id && !usesStandardOutput(destination)) print(id);
      else if (!options.quiet && options.progress !== "quiet" && warnings.length > 0) {
        printError(`\n${summarizeWarnings(warnings)}`);
      }
    } catch (error) {
      throw describe(error, nameOf(options.file));
    } finally {
      for (const signal of STOPPING) Deno.removeSignalListener(signal, stop);
    }
  },
});

async function check(store: Store, request: BuildRequest, name: string): Promise<number> {
  const { warnings, dockerfile } = await checkBuild(store, request);
  print(describeWarnings(warnings, name, dockerfile));
  return warnings.length > 0 ? EXIT.failure : 0;
}

function nameOf(file: string | undefined): string {
  return file === undefined || file === "-" ? "Dockerfile" : file.split("/").at(-1)!;
}

function describe(error: unknown, name: string): unknown {
  if (error instanceof BuildCanceled) {
    return new CliError(`ERROR: failed to solve: ${error.message}`, INTERRUPTED);
  }
  if (error instanceof BuildError) return new CliError(describeFailure(error, name));
  return error instanceof EngineError || error instanceof SystemError
    ? new CliError(`ERROR: failed to solve: ${error.message}`)
    : error;
}

type Progress = BuildProgress & Partial<Disposable>;

async function progressOf(
  { quiet, progress }: Pick<OptionValues<typeof buildOptions>, "quiet" | "progress">,
): Promise<() => Progress> {
  if (quiet || progress === "quiet") return () => silentProgress;
  const isTerminal = Deno.stderr.isTerminal();
  if (progress === "tty" && !isTerminal) {
    throw new CliError("failed to get console: provided file is not a console");
  }
  if (
    progress === "tty" || (progress === "auto" && isTerminal && Deno.env.get("TERM") !== "dumb")
  ) {
    const { LiveProgress } = await import("./build_progress/live.ts");
    return () => new LiveProgress();
  }
  if (progress !== "auto" && progress !== "plain") {
    throw new CliError(`invalid progress mode ${progress}`);
  }
  return () => new PlainProgress((text) => printError(text.replace(/\n$/, "")));
}

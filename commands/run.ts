import { StartError } from "../runtime/sandbox/start.ts";
import { readContainer } from "../storage/container/container_store.ts";
import { NotFoundError } from "../storage/errors.ts";
import { Store } from "../storage/store.ts";
import { runAttached } from "./attached.ts";
import { atLeast } from "./cli/arguments.ts";
import { defineCommand } from "./cli/command.ts";
import { CliError } from "./cli/errors.ts";
import type { OptionValues } from "./cli/options.ts";
import { print } from "./cli/output.ts";
import { runOptions } from "./container_options.ts";
import { createFromCommandLine } from "./create_container.ts";

export const command = defineCommand({
  usage: "[OPTIONS] IMAGE [COMMAND] [ARG...]",
  summary: "Run a command in a new container",
  args: atLeast(1),
  interspersed: false,
  failure: "refusal",
  options: runOptions,
  examples: [
    ["box run --rm busybox echo hello", "Run a command and remove the container afterwards"],
    [
      "box run --name work busybox sh -c 'date > /now'",
      "Keep the container, for instance to commit it",
    ],
    ["tar c . | box run --rm -i busybox tar t", "Give the container an input"],
    ["box run -d --name web busybox httpd -f", "Leave it running in the background"],
    ["box run -it --rm busybox sh", "Work in it; ctrl-p ctrl-q leaves it to itself"],
    [
      'box run --rm -v "$PWD:/src:ro" -w /src busybox ls',
      "Let it see the working directory, read-only",
    ],
  ],
  async run({ options, args, root }) {
    const store = new Store(root);
    const id = await createFromCommandLine(store, options, args);
    try {
      if (!options.detach) return await runInForeground(store, id, options);
      const { startDetached } = await import("../runtime/container/start_detached.ts");
      try {
        await startDetached(store, id);
      } finally {
        print(id); // as docker does, whether it runs or not
      }
    } catch (error) {
      if (options.rm) await removeIfExists(store, id);
      // Unlike for a refused request, docker gives no hint at help here.
      if (error instanceof StartError) {
        throw new CliError(`box: Error response from daemon: ${error.message}.`, error.exitCode);
      }
      throw error;
    }
  },
});

async function runInForeground(
  store: Store,
  id: string,
  options: OptionValues<typeof runOptions>,
): Promise<number> {
  const { AttachStdin, AttachStdout, AttachStderr } = readContainer(store, id).Config;
  const exitCode = await runAttached(store, id, {
    stdin: AttachStdin,
    stdout: AttachStdout,
    stderr: AttachStderr,
    signalProxy: options["sig-proxy"],
    detachKeys: options["detach-keys"],
  });
  if (!AttachStdout && !AttachStderr) print(id);
  return exitCode;
}

/** What is to be removed after its run is also removed when there was none. */
async function removeIfExists(store: Store, id: string): Promise<void> {
  const { removeContainer } = await import("../runtime/container/remove.ts");
  try {
    await removeContainer(store, id, { force: false, volumes: true });
  } catch (error) {
    if (!(error instanceof NotFoundError)) throw error; // the end was recorded, or another command was first
  }
}

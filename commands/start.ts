import { startDetached } from "../runtime/container/start_detached.ts";
import { readContainer, resolveContainerId } from "../storage/container/container_store.ts";
import { withTrueState } from "../runtime/container/state.ts";
import type { ContainerFile } from "../storage/container/config.ts";
import { ConflictError, EngineError } from "../storage/errors.ts";
import { Store } from "../storage/store.ts";
import { assertCanAttach, attachToRunning } from "./attach_running.ts";
import { runAttached } from "./attached.ts";
import { atLeast } from "./cli/arguments.ts";
import { defineCommand } from "./cli/command.ts";
import { CliError } from "./cli/errors.ts";
import { bool, string } from "./cli/options.ts";
import { print, printError } from "./cli/output.ts";
import { findContainer } from "./find_container.ts";

export const command = defineCommand({
  usage: "[OPTIONS] CONTAINER [CONTAINER...]",
  summary: "Start one or more stopped containers",
  args: atLeast(1),
  options: {
    attach: bool("a", "Attach STDOUT/STDERR and forward signals"),
    interactive: bool("i", "Attach container's STDIN"),
    "detach-keys": string(null, "Override the key sequence for detaching a container"),
  },
  examples: [["box start -a work", "Start a container in the foreground"]],
  async run({ options, args, root }) {
    const store = new Store(root);
    if (options.attach || options.interactive) {
      if (args.length > 1) {
        throw new CliError("you cannot start and attach multiple containers at once");
      }
      const detachKeys = options["detach-keys"];
      return await startAttached(store, args[0], options.interactive, detachKeys);
    }
    return await startAll(store, args);
  },
});

async function startAttached(
  store: Store,
  words: string,
  interactive: boolean,
  detachKeys: string | undefined,
): Promise<number> {
  const id = findContainer(store, words), container = readContainer(store, id);
  const runs = isStarted(store, container);
  if (runs) assertCanAttach(store, container);
  return await (runs ? attachToRunning : runAttached)(store, id, {
    stdin: interactive && container.Config.OpenStdin,
    stdout: true,
    stderr: true,
    signalProxy: true,
    detachKeys,
  });
}

/** Whether a container runs, or is about to without anybody's help. */
function isStarted(store: Store, container: ContainerFile): boolean {
  return withTrueState(store, container).State.Running;
}

/** A container that runs is started already. */
async function startAll(store: Store, names: readonly string[]): Promise<number> {
  const failed: string[] = [];
  for (const name of names) {
    try {
      const id = resolveContainerId(store, name), container = readContainer(store, id);
      if (!isStarted(store, container)) await startDetached(store, id);
      else if (container.State.Paused) {
        throw new ConflictError("cannot start a paused container, try unpause instead");
      }
      print(name);
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      printError(`Error response from daemon: ${error.message}`);
      failed.push(name);
    }
  }
  if (failed.length === 0) return 0;
  throw new CliError(`Error: failed to start containers: ${failed.join(", ")}`);
}

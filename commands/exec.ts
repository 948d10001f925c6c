import { writeAll } from "../ffi/file.ts";
import { ExecError, type ExecRequest, startExec } from "../runtime/container/exec/exec.ts";
import { ExecSession } from "../runtime/container/exec/session.ts";
import { watchAgain } from "../runtime/container/monitor/watch.ts";
import { ExecutionRefused } from "../runtime/sandbox/start.ts";
import { resolveContainerId } from "../storage/container/container_store.ts";
import { InvalidError, NotFoundError } from "../storage/errors.ts";
import type { Store } from "../storage/store.ts";
import { atLeast } from "./cli/arguments.ts";
import { defineCommand } from "./cli/command.ts";
import { CliError, messageOf, UsageError } from "./cli/errors.ts";
import { bool, list, string } from "./cli/options.ts";
import { print, printError } from "./cli/output.ts";
import { processSurroundings, readOrRefuse } from "./container_request/surroundings.ts";
import {
  environmentOf,
  parseKeyValueFile,
  validateVariable,
} from "./container_request/key_values.ts";
import { checkInputDevice } from "./container_request/streams.ts";
import { openStoreInOrder } from "./store_in_order.ts";
import { detachKeysOf } from "./terminal/client_config.ts";
import { Keyboard } from "./terminal/keyboard.ts";

const STDOUT = 1, STDERR = 2;

export const command = defineCommand({
  usage: "[OPTIONS] CONTAINER COMMAND [ARG...]",
  summary: "Run a command in a running container",
  args: atLeast(2),
  interspersed: false,
  options: {
    detach: bool("d", "Detached mode: run command in the background"),
    "detach-keys": string(null, "Override the key sequence for detaching a container"),
    env: list("e", "Set environment variables", { validate: validateVariable }),
    "env-file": list(null, "Read in a file of environment variables"),
    interactive: bool("i", "Keep STDIN open even if not attached"),
    privileged: bool(null, "Give extended privileges to the command"),
    tty: bool("t", "Allocate a pseudo-TTY"),
    user: string("u", "Username or UID (format: <name|uid>[:<group|gid>])"),
    workdir: string("w", "Working directory inside the container"),
  },
  examples: [
    ["box exec -it web sh", "Look around in it; ctrl-p ctrl-q leaves the shell to itself"],
    ["box exec -u nobody -w /srv web ls -l", "As another user, in another directory"],
    ["tar c . | box exec -i web tar x -C /srv", "Give the command an input"],
    ["box exec -d web sh -c 'sleep 60; kill -HUP 1'", "Leave it running in the background"],
  ],
  async run({ options, args: [name, ...argv], root }) {
    const env = environmentOf(
      readVariables(options["env-file"]),
      options.env,
      (variable) => processSurroundings.lookup(variable),
    );
    const store = await openStoreInOrder(root);
    assertExists(store, name);
    const { detach, interactive, tty, privileged, user, workdir: workingDirectory } = options;
    const stdin = interactive && !detach;
    checkInputDevice({ AttachStdin: stdin, Tty: tty }, processSurroundings.inputIsTerminal);
    const detachKeys = detachKeysIn(options["detach-keys"], tty && stdin);
    const request = { argv, env, user, workingDirectory, privileged, tty, stdin };
    try {
      if (!detach) return await runAttached(store, name, request, detachKeys);
      const process = startExec(store, name, request, true);
      await (await import("../runtime/container/exec/hand_over.ts")).handOver(process);
    } catch (error) {
      if (error instanceof ExecutionRefused) return detach ? 0 : refused(error);
      if (!(error instanceof ExecError) || detach) throw error;
      print(error.message); // to docker it is what the command has written
      return error.exitCode;
    }
  },
});

/** Executes a command and returns its exit code when it has ended. It is killed with box. */
async function runAttached(
  store: Store,
  name: string,
  request: ExecRequest,
  detachKeys: Uint8Array,
): Promise<number> {
  const { tty = false, stdin = false } = request;
  using keyboard = new Keyboard({ tty, stdin, detachKeys, signalProxy: false });
  const { size } = keyboard;
  const process = startExec(store, name, { ...request, size });
  const session = new ExecSession(
    process,
    (stream, bytes) => writeAll(stream === "stdout" ? STDOUT : STDERR, bytes),
  );
  const watched = watchAgain(store, [process.container])
    .catch((error) => printError(`WARNING: ${messageOf(error)}`));
  keyboard.followSize((size) => session.resize(size));
  if (keyboard.input) {
    session.feed(keyboard.input).catch((error) =>
      printError(`WARNING: standard input cannot be read: ${messageOf(error)}`)
    );
  }
  const detached = async () => {
    await keyboard.detached;
    await session.detach();
    keyboard[Symbol.dispose]();
    throw new CliError("read escape sequence");
  };
  const exitCode = await Promise.race([session.exited, detached()]);
  await watched;
  return exitCode;
}

function refused(error: ExecutionRefused): number {
  printError(error.message);
  return error.exitCode;
}

/** Docker's client words a missing container itself. */
function assertExists(store: Store, name: string): void {
  try {
    resolveContainerId(store, name);
  } catch (error) {
    if (error instanceof NotFoundError) throw new CliError(`Error: ${error.message}`);
    throw error;
  }
}

/** The keys that detach. What --detach-keys says must be some, whether they are needed or not. */
function detachKeysIn(option: string | undefined, areNeeded: boolean): Uint8Array {
  if (!option && !areNeeded) return new Uint8Array();
  try {
    return detachKeysOf(option, processSurroundings);
  } catch (error) {
    if (!(error instanceof InvalidError)) throw error;
    throw new InvalidError(error.message.replace("detach keys", "escape keys"));
  }
}

function readVariables(paths: readonly string[]): string[] {
  const { lookup, readFile } = processSurroundings;
  try {
    return paths.flatMap((path) => parseKeyValueFile(path, readOrRefuse(path, readFile), lookup));
  } catch (error) {
    if (error instanceof UsageError) throw new CliError(error.message);
    throw error;
  }
}

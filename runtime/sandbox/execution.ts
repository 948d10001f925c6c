/**
 * The end of a container's spawn program: how its process comes to execute the container's own program. It first becomes a
 * small sealed executable, which is the init if there is to be one, else a launcher; so nothing of box is ever to be found
 * behind /proc/self/exe.
 */

import { type SystemError } from "../../ffi/errno.ts";
import { close } from "../../ffi/file.ts";
import { Launcher } from "../../ffi/spawn/launcher.ts";
import type { SpawnProgram } from "../../ffi/spawn/program.ts";
import { candidates, type Command } from "../../ffi/spawn/search.ts";
import type { SandboxSpec } from "./spec.ts";

/** How a sandbox's command is executed. */
export interface Execution extends Disposable {
  /** Descriptors that the process needs to the end; the container's program does not get them. */
  readonly fds: readonly number[];
  /** The last calls of all. */
  readonly program: SpawnProgram;
  /** Once these calls are made: waits until the command is executed, or returns why it is not. An init tells that itself. */
  waitForCommand(): SystemError | undefined;
}

/** The command of a sandbox, with the files that may be meant by its name. */
export function commandOf({ argv, env }: Pick<SandboxSpec, "argv" | "env">): Command {
  const path = env.findLast((variable) => variable.startsWith("PATH="))?.slice("PATH=".length);
  const isSearchable = argv[0] !== "" && (path || argv[0].includes("/"));
  return { paths: isSearchable ? candidates(argv[0], path ?? "") : [], argv, env };
}

/** Prepares the execution of a sandbox's command; the caller disposes of it when it has been executed. */
export async function prepareExecution(spec: SandboxSpec): Promise<Execution> {
  const command = commandOf(spec);
  return spec.init ? await throughInit(command) : throughLauncher(command);
}

async function throughInit(command: Command): Promise<Execution> {
  const { executeInit, initFile } = await import("../../ffi/spawn/init.ts"); // not needed by most
  const file = initFile(command);
  return {
    fds: [file],
    program: executeInit(file, command),
    waitForCommand: () => undefined,
    [Symbol.dispose]: () => close(file),
  };
}

function throughLauncher(command: Command): Execution {
  const launcher = new Launcher(command);
  return {
    fds: launcher.fds,
    program: launcher.execute(),
    waitForCommand: () => launcher.waitForCommand(),
    [Symbol.dispose]: () => launcher[Symbol.dispose](),
  };
}

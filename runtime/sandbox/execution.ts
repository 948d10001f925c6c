/** The end of a container's spawn program: how its process comes to execute the container's own program. */

import type { BirthInside } from "../../ffi/spawn/birth_inside.ts";
import { close, makePipe } from "../../ffi/file.ts";
import type { SpawnFailure } from "../../ffi/spawn/process.ts";
import { SpawnProgram } from "../../ffi/spawn/program.ts";
import { candidates, type Command, execute } from "../../ffi/spawn/search.ts";
import { tieToParent } from "./security.ts";
import { startSession } from "./session.ts";
import type { SandboxSpec } from "./spec.ts";

/** How a sandbox's command is executed. */
export interface Execution extends Disposable {
  /** Descriptors that the process needs to the end; the container's program does not get them. */
  readonly fds: readonly number[];
  /** The last calls of all. */
  readonly program: SpawnProgram;
  /** For a process that is born among others: what does the work instead. */
  readonly inside?: BirthInside;
  /** Whether it was the command that could not be executed. An init tells that itself. */
  isRefusal(failure: SpawnFailure): boolean;
}

/** The command of a sandbox, with the files that may be meant by its name. */
export function commandOf({ argv, env }: Pick<SandboxSpec, "argv" | "env">): Command {
  const path = env.findLast((variable) => variable.startsWith("PATH="))?.slice("PATH=".length);
  const isSearchable = argv[0] !== "" && (path || argv[0].includes("/"));
  return { paths: isSearchable ? candidates(argv[0], path ?? "") : [], argv, env };
}

/** Prepares the execution of a sandbox's command; the caller disposes of it when it has been executed. */
export async function prepareExecution(spec: SandboxSpec): Promise<Execution> {
  if (spec.joinPidNamespace !== undefined) return insideOther(spec, spec.terminal !== undefined);
  const command = commandOf(spec);
  return spec.init ? await throughInit(command) : directly(command);
}

async function throughInit(command: Command): Promise<Execution> {
  const { executeInit, initFile } = await import("../../ffi/spawn/init.ts"); // not needed by most
  const file = initFile(command);
  return {
    fds: [file],
    program: executeInit(file, command),
    isRefusal: () => false,
    [Symbol.dispose]: () => close(file),
  };
}

function directly(command: Command): Execution {
  const program = execute(command);
  return {
    fds: [],
    program,
    isRefusal: ({ step }) => step === program.items.at(-1),
    [Symbol.dispose]: () => {},
  };
}

/** In a pid namespace where others are, who may be hostile; Keeper.start() closes the descriptors. */
export function insideOther(
  spec: Pick<SandboxSpec, "argv" | "env">,
  isTerminal: boolean,
): Required<Execution> {
  const first = new SpawnProgram(), failure = makePipe(), what = `execute ${spec.argv[0]}`;
  tieToParent(first);
  startSession(first, isTerminal);
  return {
    fds: failure,
    program: new SpawnProgram(),
    inside: { command: commandOf(spec), first, failure, what },
    isRefusal: ({ step }) => step.what === what,
    [Symbol.dispose]: () => {},
  };
}

/**
 * The birth of a process in a pid namespace whose other processes are hostile: from its first moment on they can see it, and
 * trace it if they have CAP_SYS_PTRACE. So it must not have, nor share memory with who has, more than they have themselves.
 *
 * Another process prepares everything outside, where they cannot see it: it joins the namespaces, gives up its rights, and
 * then forks. The fork has a copy of that little memory, and nothing to do but to execute the program.
 */

import { CLONE, SIGNALS } from "../constants.ts";
import { SpawnProgram } from "./program.ts";
import type { Command } from "./search.ts";
import { searchAndExecute } from "./search.ts";
import { type Cell, Label } from "./values.ts";

export interface BirthInside {
  readonly command: Command;
  /** What the process does before it executes the command. It has no way to tell that a step fails. */
  readonly first: SpawnProgram;
  /** A pipe, lent to the preparing process: it hears from the other one through it why the command was not executed. */
  readonly failure: readonly [reader: number, writer: number];
  /** Says in the preparing process that the command was not executed. */
  readonly what: string;
}

/**
 * The last steps of the preparing process. Its parent is the other one's, too, and finds the pid in memory that it must share
 * with the preparing process.
 */
export function giveBirthInside(
  { command, first, failure: [reader, writer], what }: BirthInside,
): { program: SpawnProgram; pid: Cell } {
  const program = new SpawnProgram(), pid = program.cell("process"), WORD = 8;
  const born = new Label("born"), executed = new Label("executed inside");
  // Until the process has executed the command, or is gone, this one sleeps: vfork(2), but for the memory.
  const flags = CLONE.PARENT | CLONE.VFORK | SIGNALS.SIGCHLD;
  program.call("clone", [flags, 0, 0, 0, 0], {
    what: "create the process",
    onZero: born,
    into: pid,
  });
  program.call("close", [writer], { what: "close a pipe", onError: "continue" });
  const cause = program.cell("cause");
  program.call("read", [reader, cause.address, WORD], {
    what: "hear of a failure",
    onZero: executed,
  });
  program.fail(cause, what);
  program.mark(executed);
  program.call("exit_group", [0], { what: "exit: the process is on its own" });

  program.mark(born);
  program.append(first);
  const { program: attempts, cause: refusal } = searchAndExecute(command);
  program.append(attempts);
  program.call("write", [writer, refusal.address, WORD], {
    what: "tell of the failure",
    onError: "continue",
  });
  return { program, pid };
}

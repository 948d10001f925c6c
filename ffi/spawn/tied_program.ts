/**
 * Another's program that runs as long as a certain process does, whatever is killed: its parent is the first process of a pid
 * namespace, with which the kernel ends all that is in it, pid_namespaces(7), and which does nothing but wait for that process.
 */

import { CLONE, P_PID, SIGNALS, WEXITED } from "../constants.ts";
import { elfExecutable } from "./elf.ts";
import { lastingDescriptors } from "./lasting.ts";
import { startOwnProgram } from "./own_program.ts";
import type { SpawnedProcess } from "./process.ts";
import { SpawnProgram } from "./program.ts";
import { Label } from "./values.ts";

const NAME = "box-tied", NOT_EXECUTED = 127, POLLIN = 1;
/** siginfo_t as waitid(2) fills it in; its si_status is 0 only of a process that has exited so. */
const SIGINFO = { SIZE: 128, STATUS: 24 } as const;

export interface TiedProgram {
  /** Path of the program first. */
  readonly argv: readonly string[];
  readonly env: readonly string[];
  /** The process whose end is the program's: a pidfd. */
  readonly until: number;
  /** A file that its output is written to. */
  readonly output: number;
  /**
   * The writing end of a pipe: it is written to when the program is ready, and nobody has it any more when it never will be. The
   * program has the descriptor under this number.
   */
  readonly ready: number;
  /** The program says so by going into the background; otherwise it writes to the descriptor itself. */
  readonly goesToBackground: boolean;
}

/** Returns the process that keeps the program, and takes it along when it is killed. Throws SystemError. */
export function startTied(tied: TiedProgram): SpawnedProcess {
  return startOwnProgram({
    name: NAME,
    bytes: elfExecutable(guard(tied)),
    fds: [tied.until, tied.output, tied.ready],
    closed: lastingDescriptors(), // locks: it must not be what its own end waits for
    namespaces: CLONE.NEWPID,
  });
}

function guard({ argv, env, until, output, ready, goesToBackground }: TiedProgram): SpawnProgram {
  const program = new SpawnProgram(), child = new Label("child"), end = new Label("end");
  const pid = program.call("clone", [CLONE.VM | CLONE.VFORK | SIGNALS.SIGCHLD, 0, 0, 0, 0], {
    what: "create the child",
    onZero: child,
    onError: end,
  });
  if (goesToBackground) program.append(tellWhenInBackground(pid, ready, end));
  program.call("close", [ready], { what: "close the pipe", onError: "continue" });
  const pollfd = new DataView(new ArrayBuffer(8));
  pollfd.setInt32(0, until, true);
  pollfd.setInt16(4, POLLIN, true);
  program.call("ppoll", [program.block("until", new Uint8Array(pollfd.buffer)), 1, 0, 0, 0], {
    what: "wait for the end of the process",
    onError: "continue",
  });
  program.mark(end);
  program.call("exit_group", [0], { what: "exit" });
  program.mark(child);
  for (const fd of [1, 2]) program.call("dup3", [output, fd, 0], { what: "take the output" });
  program.call("execve", [argv[0], [...argv, 0], [...env, 0]], {
    what: "execute",
    onError: "continue",
  });
  program.call("exit_group", [NOT_EXECUTED], { what: "exit" });
  return program;
}

function tellWhenInBackground(
  pid: Parameters<SpawnProgram["subtract"]>[0],
  ready: number,
  end: Label,
) {
  const program = new SpawnProgram(), isThere = new Label("is in the background");
  const info = program.block("ended", SIGINFO.SIZE);
  program.call("waitid", [P_PID, pid, info, WEXITED, 0], { what: "wait", onError: end });
  program.subtract(info.cell(SIGINFO.STATUS), 0, { onZero: isThere });
  program.jump(end);
  program.mark(isThere);
  program.call("write", [ready, "1", 1], { what: "tell that it is ready", onError: "continue" });
  return program;
}

/** What a keeper does while its process runs. */

import { F_SETFL, F_SETOWN, O, P_PID, PR, SIGNALS, WEXITED, WNOHANG } from "../constants.ts";
import type { KeeperPlan } from "./keeper_program.ts";
import { SpawnProgram } from "./program.ts";
import { ALL_SIGNALS, SIGSET_SIZE } from "./signals.ts";
import { type Block, type Cell, Label } from "./values.ts";

/** The file in which a keeper notes the end, and the bytes in it: the beginning of a siginfo_t, waitid(2). */
export const EXIT_STATUS_FILE = "exit-status", EXIT_STATUS_SIZE = 32;
/** si_pid, and the word that begins with it. */
const SIGINFO_PID = 16;

/** Waits for the end of the process, and answers to signals until then. */
export function awaitEnd(plan: KeeperPlan, pid: Cell): SpawnProgram {
  const program = new SpawnProgram();
  const wait = new Label("wait"), reap = new Label("reap"), untie = new Label("untie");
  const discard = new Label("discard"), end = new Label("end"), info = program.block("info", 128);
  program.mark(wait);
  const signal = program.call("rt_sigtimedwait", [ALL_SIGNALS, 0, 0, SIGSET_SIZE], {
    what: "wait for a signal",
    onError: wait,
  });
  program.subtract(signal, SIGNALS.SIGCHLD, { onZero: reap });
  program.subtract(signal, SIGNALS.SIGUSR1, { onZero: untie });
  if (plan.discarded !== undefined) program.subtract(signal, SIGNALS.SIGIO, { onZero: discard });
  if (plan.directory === undefined) program.subtract(signal, SIGNALS.SIGTERM, { onZero: end });
  program.jump(wait);

  program.mark(untie);
  program.call("prctl", [PR.SET_PDEATHSIG, 0, 0, 0, 0], {
    what: "stay when box goes",
    onError: "continue",
  });
  if (plan.discarded !== undefined) program.append(wantSignal(plan.discarded));
  program.call("close", [plan.report], { what: "tell that it stays", onError: "continue" });
  if (plan.discarded === undefined) program.jump(wait);
  else {
    program.mark(discard);
    program.append(readAll(plan.discarded, wait));
  }

  if (plan.directory === undefined) {
    program.mark(end);
    // With its group, of which it is the leader, since it is its session's.
    const group = program.subtract(0, pid);
    program.call("kill", [group, SIGNALS.SIGKILL], { what: "end the group", onError: "continue" });
    program.jump(wait);
  }

  program.mark(reap);
  program.call("waitid", [P_PID, pid, info, WEXITED | WNOHANG, 0], {
    what: "reap the process",
    onError: wait,
  });
  program.subtract(info.cell(SIGINFO_PID), 0, { onZero: wait }); // it had only been stopped
  program.append(noteEnd(plan, info));
  program.jump(wait);
  return program;
}

/** Has SIGIO sent when there is something to read, instead of waiting for it: fcntl(2). */
function wantSignal(fd: number): SpawnProgram {
  const program = new SpawnProgram(), what = "be told of output";
  const self = program.call("getpid", [], { what, onError: "continue" });
  program.call("fcntl", [fd, F_SETOWN, self], { what, onError: "continue" });
  const flags = O.RDWR | O.NONBLOCK | O.ASYNC;
  program.call("fcntl", [fd, F_SETFL, flags], { what, onError: "continue" });
  return program;
}

/** Reads what there is, and goes on at `none`. */
function readAll(fd: number, none: Label): SpawnProgram {
  const program = new SpawnProgram(),
    again = new Label("read"),
    buffer = program.block("buffer", 4096);
  program.mark(again);
  program.call("read", [fd, buffer, buffer.bytes.length], {
    what: "throw output away",
    onZero: none,
    onError: none,
  });
  program.jump(again);
  return program;
}

/** Tells the end. With a note of it the keeper stays until it is killed: somebody may still want what it holds. */
function noteEnd({ directory, end }: KeeperPlan, info: Block): SpawnProgram {
  const program = new SpawnProgram(), noted = new Label("noted");
  if (directory !== undefined) {
    const file = program.call(
      "openat",
      [directory, EXIT_STATUS_FILE, O.WRONLY | O.CREAT | O.TRUNC | O.CLOEXEC, 0o600],
      { what: "open the note", onError: noted },
    );
    program.call("write", [file, info, EXIT_STATUS_SIZE], { what: "note", onError: "continue" });
    program.call("close", [file], { what: "close the note", onError: "continue" });
  }
  program.mark(noted);
  program.call("write", [end, info, EXIT_STATUS_SIZE], { what: "tell", onError: "continue" });
  program.call("close", [end], { what: "close the pipe", onError: "continue" });
  if (directory === undefined) program.call("exit_group", [0], { what: "exit: all is told" });
  return program;
}

/**
 * The keeper's program. A keeper is the parent of a container's first process: it starts it, waits for its end, notes how it
 * ended, and holds what must stay open as long as somebody may want it. It is an executable of its own that weighs some
 * twenty kilobytes, and needs nothing of box while it lives: whatever is killed, the end of the container is known.
 *
 * In C, with the pipes, descriptors and the process's own steps filled in:
 *
 *     pid = clone3({ CLONE_VM | namespaces... });
 *     if (pid == 0) { ...the process's own steps, which end in execve... }
 *     write(report, &pid, 8);
 *     while (alive) futex(&alive, FUTEX_WAIT, 1);        // until the process has executed its program, or is gone
 *     write(report, header, 16);                         // which step was fatal, if one was
 *     for (;;) switch (rt_sigtimedwait(all)) {
 *       case SIGUSR1: prctl(PR_SET_PDEATHSIG, 0); close(report);   // whoever started it may go without it
 *       case SIGCHLD: if (waitid(pid, &info, WNOHANG)) note it in the file and the pipe `end`;
 *     }
 */

import {
  F_SETFD,
  FD_CLOEXEC,
  FUTEX_WAIT,
  O,
  P_PID,
  PR,
  SIG_SETMASK,
  SIGNALS,
  WEXITED,
  WNOHANG,
} from "../constants.ts";
import { encodeName } from "../cstring.ts";
import type { CloneOptions, CloneSteps } from "./clone.ts";
import { closeAllBut } from "./descriptors.ts";
import { SpawnProgram } from "./program.ts";
import { ALL_SIGNALS, SIGSET_SIZE } from "./signals.ts";
import { type Address, type Block, type Cell, HEADER, Label } from "./values.ts";

export const KEEPER_NAME = "box-keeper";
/** The file in which a keeper notes the end, and the bytes in it: the beginning of a siginfo_t, waitid(2). */
export const EXIT_STATUS_FILE = "exit-status", EXIT_STATUS_SIZE = 32;
/** Bytes of the two things that a keeper reports: the pid or a negative errno; the header of the program. */
export const REPORT = { PID: 8, HEADER: 16 } as const;

const STDERR = 2;
/** si_pid, and the word that begins with it. */
const SIGINFO_PID = 16;
const PR_SET_PTRACER = 0x59616d61, PR_SET_PTRACER_ANY = -1;

export interface KeeperPlan {
  readonly clone: CloneOptions;
  /** How the program is called that the process executes in the end. */
  readonly command: string;
  /** What the process does, up to executing its program. */
  readonly process: SpawnProgram;
  /** The directory for the note of the end. */
  readonly directory: number;
  /** Writing ends of pipes: for the report of the start, and for the end. */
  readonly report: number;
  readonly end: number;
  /** What stays open besides. */
  readonly held: readonly number[];
  /** Only for the process, until it executes its program. */
  readonly lent: readonly number[];
  /** A pid namespace to start the process in, instead of a new one: setns(2). */
  readonly pidNamespace?: number;
}

/** `cloneProcess` is the way to make a process on this host: preferredClone(). */
export function keeperProgram(
  plan: KeeperPlan,
  cloneProcess: (options: CloneOptions) => CloneSteps,
): SpawnProgram {
  const program = new SpawnProgram(), again = new Label("executed again");
  for (const fd of [...heldBy(plan), plan.report, ...plan.lent]) {
    program.call("fcntl", [fd, F_SETFD, FD_CLOEXEC], { what: "protect", onError: again });
  }
  program.call("prctl", [PR.SET_NAME, KEEPER_NAME], { what: "set the name", onError: "continue" });
  program.call("rt_sigprocmask", [SIG_SETMASK, ALL_SIGNALS, 0, SIGSET_SIZE], {
    what: "block all signals",
    onError: "continue",
  });
  const { program: start, pid } = startProcess(plan, cloneProcess);
  program.append(start);
  program.append(awaitEnd(plan, pid));
  program.mark(again);
  program.append(refuse(plan.command));
  return program;
}

/** What a keeper has open while the process runs. */
function heldBy({ held, directory, end }: KeeperPlan): number[] {
  return [...held, directory, end];
}

/** Starts the process and reports; ends the keeper if there is no process. */
function startProcess(
  plan: KeeperPlan,
  cloneProcess: (options: CloneOptions) => CloneSteps,
): { program: SpawnProgram; pid: Cell } {
  const program = new SpawnProgram();
  const failed = new Label("no process"), executing = new Label("executing");
  const executed = new Label("executed");
  const { program: clone, child, inChild, pid, alive } = cloneProcess(plan.clone);
  if (plan.pidNamespace !== undefined) {
    const what = "join the pid namespace";
    program.call("setns", [plan.pidNamespace, 0], { what, into: pid, onError: failed });
  }
  program.append(clone);
  program.subtract(pid, 0, { onNegative: failed });
  program.append(report(plan, pid.address, REPORT.PID));
  program.append(closeAllBut([...heldBy(plan), plan.report]));
  program.mark(executing);
  program.subtract(alive, 0, { onZero: executed });
  program.call("futex", [alive.address, FUTEX_WAIT, 1, 0], {
    what: "wait until the process has executed",
    onError: "continue",
  });
  program.jump(executing);

  program.mark(failed);
  program.append(report(plan, pid.address, REPORT.PID));
  program.call("exit_group", [1], { what: "exit: there is no process" });

  program.mark(child);
  program.append(inChild);
  program.append(plan.process);
  program.call("exit_group", [127], { what: "exit: there is nothing to execute" });

  program.mark(executed);
  program.append(report(plan, HEADER, REPORT.HEADER));
  // A process that became another user in this memory has made it undumpable: descriptors could not be fetched.
  program.call("prctl", [PR.SET_DUMPABLE, 1, 0, 0, 0], { what: "be open", onError: "continue" });
  program.call("prctl", [PR_SET_PTRACER, PR_SET_PTRACER_ANY, 0, 0, 0], {
    what: "be open to processes that are no ancestors",
    onError: "continue",
  });
  return { program, pid };
}

function report(plan: KeeperPlan, from: Block | Address, size: number): SpawnProgram {
  const program = new SpawnProgram();
  program.call("write", [plan.report, from, size], { what: "report", onError: "continue" });
  return program;
}

/** Waits for the end of the process, notes it, and stays until it is killed: somebody may still want what it holds. */
function awaitEnd(plan: KeeperPlan, pid: Cell): SpawnProgram {
  const program = new SpawnProgram();
  const wait = new Label("wait"), reap = new Label("reap"), untie = new Label("untie");
  const noted = new Label("noted"), info = program.block("info", 128);
  program.mark(wait);
  const signal = program.call("rt_sigtimedwait", [ALL_SIGNALS, 0, 0, SIGSET_SIZE], {
    what: "wait for a signal",
    onError: wait,
  });
  program.subtract(signal, SIGNALS.SIGCHLD, { onZero: reap });
  program.subtract(signal, SIGNALS.SIGUSR1, { onZero: untie });
  program.jump(wait);

  program.mark(untie);
  program.call("prctl", [PR.SET_PDEATHSIG, 0, 0, 0, 0], {
    what: "stay when box goes",
    onError: "continue",
  });
  program.call("close", [plan.report], { what: "tell that it stays", onError: "continue" });
  program.jump(wait);

  program.mark(reap);
  program.call("waitid", [P_PID, pid, info, WEXITED | WNOHANG, 0], {
    what: "reap the process",
    onError: wait,
  });
  program.subtract(info.cell(SIGINFO_PID), 0, { onZero: wait }); // it had only been stopped
  const file = program.call(
    "openat",
    [plan.directory, EXIT_STATUS_FILE, O.WRONLY | O.CREAT | O.TRUNC | O.CLOEXEC, 0o600],
    { what: "open the note", onError: noted },
  );
  program.call("write", [file, info, EXIT_STATUS_SIZE], { what: "note", onError: "continue" });
  program.call("close", [file], { what: "close the note", onError: "continue" });
  program.mark(noted);
  program.call("write", [plan.end, info, EXIT_STATUS_SIZE], { what: "tell", onError: "continue" });
  program.call("close", [plan.end], { what: "close the pipe", onError: "continue" });
  program.jump(wait);
  return program;
}

/** A command of an image that is a link to /proc/self/exe leads here, where there are none of the keeper's descriptors (CVE-2019-5736). */
function refuse(command: string): SpawnProgram {
  const program = new SpawnProgram();
  const message = encodeName(`exec ${command}: no such file or directory\n`);
  program.call("write", [STDERR, message, message.length], {
    what: "write the error message",
    onError: "continue",
  });
  program.call("exit_group", [1], { what: "exit: there is no such file" });
  return program;
}

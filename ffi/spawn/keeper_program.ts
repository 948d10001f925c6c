/**
 * The keeper's program. A keeper is the parent of a container's first process: it starts it, waits for its end, notes how it
 * ended, and holds what must stay open as long as somebody may want it. It is an executable of its own that weighs some
 * twenty kilobytes, and needs nothing of box while it lives: whatever is killed, the end of the container is known.
 *
 * In C, with the pipes, descriptors and the process's own steps filled in:
 *
 *     set_tid_address(&there);                           // the process finds out that the keeper was killed: tie.ts
 *     pid = clone3({ CLONE_VM | namespaces... });
 *     if (pid == 0) { ...the process's own steps, which end in execve... }
 *     write(report, &pid, 8);                            // with `inside`, below: when all is done
 *     while (alive) futex(&alive, FUTEX_WAIT, 1);        // until the process has executed its program, or is gone
 *     write(report, header, 16);                         // which step was fatal, if one was
 *     for (;;) switch (rt_sigtimedwait(all)) {
 *       case SIGUSR1: prctl(PR_SET_PDEATHSIG, 0); close(report);   // whoever started it may go without it
 *       case SIGCHLD: if (waitid(pid, &info, WNOHANG)) note it in the file and the pipe `end`;
 *       case SIGTERM: kill(-pid, SIGKILL);
 *       case SIGIO:   while (read(discarded, buffer) > 0);         // what nobody reads any more
 *     }
 */

import {
  CLONE,
  F_SETFD,
  FD_CLOEXEC,
  FUTEX_WAIT,
  P_PID,
  PR,
  SIG_SETMASK,
  SIGNALS,
  WEXITED,
} from "../constants.ts";
import { encodeName } from "../cstring.ts";
import { type BirthInside, giveBirthInside } from "./birth_inside.ts";
import type { CloneOptions, CloneSteps } from "./clone.ts";
import { closeAllBut } from "./descriptors.ts";
import { awaitEnd } from "./keeper_wait.ts";
import { SpawnProgram } from "./program.ts";
import { ALL_SIGNALS, SIGSET_SIZE } from "./signals.ts";
import { offerTie } from "./tie.ts";
import { type Address, type Block, type Cell, HEADER, Label } from "./values.ts";

export const KEEPER_NAME = "box-keeper";
/** Bytes of the two things that a keeper reports: the pid or a negative errno; the header of the program. */
export const REPORT = { PID: 8, HEADER: 16 } as const;

const STDERR = 2;
const PR_SET_PTRACER = 0x59616d61, PR_SET_PTRACER_ANY = -1;

export interface KeeperPlan {
  readonly clone: CloneOptions;
  /** How the program is called that the process executes in the end. */
  readonly command: string;
  /** What the process does, up to executing its program. */
  readonly process: SpawnProgram;
  /**
   * The directory for the note of the end. A keeper without one goes when its process has ended, and the other way round: it
   * ends its process, which must have made a session of its own, when box goes or sends SIGTERM, and reaps it before it goes
   * itself. The process may be in the pid namespace of a container whose process 1 would not do that.
   */
  readonly directory?: number;
  /** Writing ends of pipes: for the report of the start, and for the end. */
  readonly report: number;
  readonly end: number;
  /** What stays open besides. */
  readonly held: readonly number[];
  /** Only for the process, until it executes its program. */
  readonly lent: readonly number[];
  /** One of those: a terminal's master whose output is thrown away once the keeper is no longer tied. */
  readonly discarded?: number;
  /** A process more, which is the one to be kept: the first one only prepares it. */
  readonly inside?: BirthInside;
  /**
   * What another process does first, to make the process then in its own place: namespaces that are to belong to a user namespace
   * are made by a process that is in it.
   */
  readonly entry?: SpawnProgram;
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
export function heldBy({ held, directory, end }: KeeperPlan): number[] {
  return [...held, ...directory === undefined ? [] : [directory], end];
}

/** Starts the process and reports; ends the keeper if there is no process. */
function startProcess(
  plan: KeeperPlan,
  cloneProcess: (options: CloneOptions) => CloneSteps,
): { program: SpawnProgram; pid: Cell } {
  const program = new SpawnProgram();
  const failed = new Label("no process"), executing = new Label("executing");
  const executed = new Label("executed"), succeeded = new Label("succeeded");
  const { cgroupFd } = plan.clone;
  const { program: clone, child, inChild, pid, alive } = cloneProcess(
    plan.entry ? { cgroupFd } : plan.clone,
  );
  const inside = plan.inside && giveBirthInside(plan.inside);
  const entry = plan.entry && enterFirst(plan.entry, plan.clone.namespaces ?? 0);
  const second = inside?.pid ?? entry?.pid;
  if (!((plan.clone.namespaces ?? 0) & CLONE.NEWPID)) {
    // Others can see the process, which shares this memory until it has executed its program: they must not get at it.
    program.call("prctl", [PR.SET_DUMPABLE, 0, 0, 0, 0], { what: "be closed" });
  }
  program.append(offerTie());
  program.append(clone);
  program.subtract(pid, 0, { onNegative: failed });
  if (second === undefined) program.append(report(plan, pid.address, REPORT.PID));
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
  if (entry) program.append(entry.program);
  program.append(plan.process);
  if (inside) program.append(inside.program);
  program.call("exit_group", [127], { what: "exit: there is nothing to execute" });

  program.mark(executed);
  program.subtract(HEADER.cell(0), 0, { onZero: succeeded });
  for (const failed of [pid, ...second ? [second] : []]) {
    program.call("waitid", [P_PID, failed, 0, WEXITED, 0], { what: "reap", onError: "continue" });
  }
  program.mark(succeeded);
  if (second !== undefined) {
    // The one that has prepared it has ended, if it was not reaped.
    program.call("waitid", [P_PID, pid, 0, WEXITED, 0], { what: "reap", onError: "continue" });
    program.subtract(second, 0, { into: pid });
    program.append(report(plan, pid.address, REPORT.PID));
  }
  program.append(report(plan, HEADER, REPORT.HEADER));
  // A process that became another user in this memory has made it undumpable: descriptors could not be fetched.
  program.call("prctl", [PR.SET_DUMPABLE, 1, 0, 0, 0], { what: "be open", onError: "continue" });
  program.call("prctl", [PR_SET_PTRACER, PR_SET_PTRACER_ANY, 0, 0, 0], {
    what: "be open to processes that are no ancestors",
    onError: "continue",
  });
  return { program, pid };
}

/**
 * The steps of the process that goes first, up to where the other one begins, which is the keeper's child as well. They share their
 * memory, so that the keeper sees what fails; the first one sleeps until the other has executed its program, or is gone.
 */
function enterFirst(
  steps: SpawnProgram,
  namespaces: number,
): { program: SpawnProgram; pid: Cell } {
  const program = new SpawnProgram(), pid = program.cell("process"), born = new Label("entered");
  program.append(steps);
  const flags = CLONE.PARENT | CLONE.VFORK | CLONE.VM | namespaces | SIGNALS.SIGCHLD;
  program.call("clone", [flags, 0, 0, 0, 0], {
    what: "create the process",
    onZero: born,
    into: pid,
  });
  program.call("exit_group", [0], { what: "exit: the process is on its own" });
  program.mark(born);
  return { program, pid };
}

function report(plan: KeeperPlan, from: Block | Address, size: number): SpawnProgram {
  const program = new SpawnProgram();
  program.call("write", [plan.report, from, size], { what: "report", onError: "continue" });
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

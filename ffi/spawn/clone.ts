/** How a program's process comes into being: the steps that stand before the program's own. */

import { CLONE, O, SIG_SETMASK, SIGNALS } from "../constants.ts";
import { SpawnProgram } from "./program.ts";
import { ALL_SIGNALS, resetSignals, SIGSET_SIZE } from "./signals.ts";
import { type Cell, type Constant, Label } from "./values.ts";

export interface CloneOptions {
  /** CLONE_NEW* flags. */
  readonly namespaces?: number;
  /** Descriptor of a cgroup v2 directory in which the process begins. */
  readonly cgroupFd?: number;
  /** What the process opens and closes is opened and closed here, too: CLONE_FILES. */
  readonly sharesDescriptors?: boolean;
}

/** The steps, and where the kernel leaves what the parent wants to know. */
export interface CloneSteps {
  /** Makes the process. The parent goes on behind it, the process at `child`. */
  readonly program: SpawnProgram;
  readonly child: Label;
  /** What the process has to do first. */
  readonly inChild: SpawnProgram;
  /** The process's pid, or a negative errno. */
  readonly pid: Cell;
  readonly pidfd: Cell;
  /** 1 until the child executes another program or is gone: CLONE_CHILD_CLEARTID. */
  readonly alive: Cell;
}

/** The child runs in the parent's memory, so that nothing is copied and the parent can read how far it came. */
const SHARED_FLAGS = CLONE.VM | CLONE.PIDFD | CLONE.CHILD_CLEARTID;

const sharedFlags = ({ sharesDescriptors }: CloneOptions) =>
  SHARED_FLAGS | (sharesDescriptors ? CLONE.FILES : 0);

/** clone3(2): the kernel drops the parent's signal handlers, which must not run on the shared stack. */
export function clone3Steps(options: CloneOptions): CloneSteps {
  const { namespaces = 0, cgroupFd } = options;
  const program = new SpawnProgram(), child = new Label("child");
  const pidfd = program.cell("pidfd"), alive = program.cell("alive", 1);
  const flags = BigInt(sharedFlags(options) | namespaces) | BigInt(CLONE.CLEAR_SIGHAND) |
    (cgroupFd === undefined ? 0n : BigInt(CLONE.INTO_CGROUP));
  const cloneArgs: Constant[] = [
    flags,
    pidfd.address,
    alive.address,
    0, // parent_tid
    SIGNALS.SIGCHLD, // exit_signal
    0, // stack: the parent's
    0, // stack_size
    0, // tls
  ];
  // What follows is younger (Linux 5.5 and 5.7): an older kernel accepts the shorter form.
  if (cgroupFd !== undefined) cloneArgs.push(0, 0, cgroupFd); // set_tid, set_tid_size, cgroup
  const pid = program.call("clone3", [cloneArgs, 8 * cloneArgs.length], {
    what: "create the process",
    onZero: child,
    onError: "continue",
  });
  return { program, child, inChild: resetSignals(), pid, pidfd, alive };
}

/**
 * clone(2), for where clone3 is refused: under the seccomp policies of container engines. It keeps the handlers, so all
 * signals stay blocked until the child has reset them; and it knows no cgroup, so the child moves itself.
 */
export function cloneSteps(options: CloneOptions): CloneSteps {
  const { namespaces = 0, cgroupFd } = options;
  const program = new SpawnProgram(), child = new Label("child");
  const pidfd = program.cell("pidfd"), alive = program.cell("alive", 1);
  const mask = program.block("mask", SIGSET_SIZE);
  // A cgroup namespace has its root where the process is when it is made.
  const later = cgroupFd === undefined ? 0 : namespaces & CLONE.NEWCGROUP;
  const flags = sharedFlags(options) | (namespaces & ~later) | SIGNALS.SIGCHLD;

  program.call("rt_sigprocmask", [SIG_SETMASK, ALL_SIGNALS, mask, SIGSET_SIZE], {
    what: "block all signals",
    onError: "continue",
  });
  // The fourth and fifth argument are tls and child_tid, in the order that the machine wants: both get child_tid.
  const pid = program.call(
    "clone",
    [flags, 0, pidfd.address, alive.address, alive.address],
    { what: "create the process", onZero: child, onError: "continue" },
  );
  program.call("rt_sigprocmask", [SIG_SETMASK, mask, 0, SIGSET_SIZE], {
    what: "restore the signal mask",
    onError: "continue",
  });
  const inChild = resetSignals();
  if (cgroupFd !== undefined) inChild.append(joinCgroup(cgroupFd));
  if (later !== 0) inChild.call("unshare", [later], { what: "create the cgroup namespace" });
  return { program, child, inChild, pid, pidfd, alive };
}

function joinCgroup(cgroupFd: number): SpawnProgram {
  const program = new SpawnProgram();
  const file = program.call("openat", [cgroupFd, "cgroup.procs", O.WRONLY | O.CLOEXEC], {
    what: "open cgroup.procs",
  });
  program.call("write", [file, "0", 1], { what: "join the cgroup" });
  program.call("close", [file], { what: "close cgroup.procs" });
  return program;
}

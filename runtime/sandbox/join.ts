/** A process that joins a sandbox that is there already: the system calls that take it in, and what can go wrong with them. */

import { CLONE } from "../../ffi/constants.ts";
import { SystemError } from "../../ffi/errno.ts";
import { Keeper } from "../../ffi/spawn/keeper.ts";
import { SpawnFailure } from "../../ffi/spawn/process.ts";
import { SpawnProgram } from "../../ffi/spawn/program.ts";
import { insideOther } from "./execution.ts";
import { readHostFacts } from "./host.ts";
import { planOomScore } from "./limits/plan.ts";
import { planResourceLimits } from "./limits/resource_limits.ts";
import type { SandboxLimits } from "./limits/spec.ts";
import { type HostFacts, writeCgroup } from "./plan.ts";
import { planProcess } from "./process.ts";
import { planAppArmor, tieToParent } from "./security.ts";
import type { SandboxSpec } from "./spec.ts";
import { raisedLimits } from "./user_namespace/raised_limits.ts";
import {
  explainClone,
  explainExecution,
  type Keeping,
  protectKeeper,
  StartError,
} from "./start.ts";

export interface JoinSpec extends
  Pick<
    SandboxSpec,
    "argv" | "env" | "workingDirectory" | "user" | "security" | "stdio" | "cgroup"
  > {
  /** pidfd of a process of the sandbox. */
  readonly process: number;
  /** Descriptor of its pid namespace; undefined if it is kept by a chroot alone. */
  readonly pidNamespace: number | undefined;
  /** CLONE_NEW* flags of namespaces that are box's own as well, and need not be joined. */
  readonly shared: number;
  /** Descriptor of its root. */
  readonly root: number;
  /** Whether it has a user namespace of its own. */
  readonly hasUserNamespace?: boolean;
  /** Whether the streams are a terminal. */
  readonly tty: boolean;
  readonly limits?: Pick<SandboxLimits, "ulimits" | "oomScoreAdj">;
}

/** All that a sandbox has of its own, but for the pid namespace, in which a process has to be born: setns(2). */
const JOINED = CLONE.NEWNS | CLONE.NEWIPC | CLONE.NEWUTS | CLONE.NEWNET | CLONE.NEWCGROUP;

/** Appends everything that is done for the process before it is born, up to giving up rights. */
export function planJoin(
  program: SpawnProgram,
  spec: JoinSpec,
  host: HostFacts,
  fds: readonly number[],
): void {
  tieToParent(program);
  planAppArmor(program, spec.security);
  writeCgroup(program, spec.cgroup);
  planHostRights(program, spec); // while /proc is the host's
  if (spec.pidNamespace === undefined) enterRoot(program, spec.root);
  else joinNamespaces(program, spec, spec.pidNamespace);
  planProcess(program, spec, host, { isTerminal: spec.tty, startsSession: false, fds });
}

function joinNamespaces(program: SpawnProgram, spec: JoinSpec, pidNamespace: number): void {
  const { process, shared, hasUserNamespace } = spec;
  if (!(shared & CLONE.NEWPID)) {
    program.call("setns", [pidNamespace, CLONE.NEWPID], { what: "enter the pid namespace" });
  }
  // All at once, or none (Linux 5.8). The root is the namespace's own then.
  const joined = (JOINED | (hasUserNamespace ? CLONE.NEWUSER : 0)) & ~shared;
  program.call("setns", [process, joined], { what: "join the container's namespaces" });
}

/** All that there is to join of a sandbox without namespaces. */
function enterRoot(program: SpawnProgram, root: number): void {
  program.call("fchdir", [root], { what: "enter the container's root" });
  program.call("chroot", ["."], { what: "make it the root" });
}

function planHostRights(program: SpawnProgram, { limits, hasUserNamespace }: JoinSpec): void {
  planOomScore(program, limits?.oomScoreAdj ?? 0);
  if (hasUserNamespace) planResourceLimits(program, raisedLimits(limits?.ulimits ?? []));
}

/**
 * Starts the process and returns when it has executed its program. Throws StartError if it cannot, ExecutionRefused if the kernel
 * would not run the program.
 */
export function startInside(
  spec: JoinSpec,
  keeping: Omit<Keeping, "directory"> & { readonly discarded?: number },
): Keeper {
  const process = new SpawnProgram(), { inside, fds, isRefusal } = insideOther(spec, spec.tty);
  planJoin(process, spec, readHostFacts([]), fds);
  const { cgroup, pidNamespace, stdio } = spec;
  const cgroupFd = cgroup?.hierarchy.version === 2 ? cgroup.fd : undefined;
  const lent = [
    spec.process,
    ...pidNamespace === undefined ? [spec.root] : [pidNamespace],
    ...stdio,
    ...fds,
    ...cgroup ? [cgroup.fd, ...cgroup.joined ?? []] : [],
  ];
  try {
    const keeper = Keeper.start({
      ...keeping,
      command: spec.argv[0],
      process,
      clone: { cgroupFd },
      inside,
      lent: [...new Set(lent)],
    });
    if (spec.limits?.oomScoreAdj) protectKeeper(keeper);
    return keeper;
  } catch (error) {
    if (error instanceof SpawnFailure) {
      if (isRefusal(error)) throw explainExecution(spec, spec.root, error);
      throw explain(spec, error);
    }
    throw error instanceof SystemError ? explainClone(error) : error;
  }
}

function explain({ workingDirectory }: JoinSpec, failure: SpawnFailure): StartError {
  const problem = failure.step.operation === "chdir"
    ? `chdir to cwd (${
      JSON.stringify(workingDirectory)
    }) set in config.json failed: ${failure.reason}`
    : failure.message;
  return new StartError(`unable to start container process: ${problem}`, 126);
}

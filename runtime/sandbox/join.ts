/** A process that joins a sandbox that is there already: the system calls that take it in, and what can go wrong with them. */

import { CLONE } from "../../ffi/constants.ts";
import { SystemError } from "../../ffi/errno.ts";
import { closeAllBut } from "../../ffi/spawn/descriptors.ts";
import { Keeper } from "../../ffi/spawn/keeper.ts";
import { SpawnFailure } from "../../ffi/spawn/process.ts";
import { SpawnProgram } from "../../ffi/spawn/program.ts";
import { execute } from "../../ffi/spawn/search.ts";
import { commandOf } from "./execution.ts";
import { readHostFacts } from "./host.ts";
import { planOomScore } from "./limits/plan.ts";
import { planResourceLimits } from "./limits/resource_limits.ts";
import type { SandboxLimits } from "./limits/spec.ts";
import { becomeUser, connectStreams, leaveKeyring, tieToParent, writeCgroup } from "./plan.ts";
import type { SandboxSpec } from "./spec.ts";
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
    "argv" | "env" | "workingDirectory" | "user" | "capabilities" | "stdio" | "cgroup"
  > {
  /** pidfd of a process of the sandbox. */
  readonly process: number;
  /** Descriptor of its pid namespace. */
  readonly pidNamespace: number;
  /** Descriptor of its root. */
  readonly root: number;
  /** Whether the streams are a terminal. */
  readonly tty: boolean;
  readonly limits?: Pick<SandboxLimits, "ulimits" | "oomScoreAdj">;
}

/** All that a sandbox has of its own, but for the pid namespace, in which a process has to be born: setns(2). */
const JOINED = CLONE.NEWNS | CLONE.NEWIPC | CLONE.NEWUTS | CLONE.NEWNET | CLONE.NEWCGROUP;

/** Appends everything between clone and execve to a program. */
export function planJoin(program: SpawnProgram, spec: JoinSpec, lastCapability: number): void {
  tieToParent(program);
  writeCgroup(program, spec.cgroup);
  planOomScore(program, spec.limits?.oomScoreAdj ?? 0); // while /proc is the host's
  // All at once, or none (Linux 5.8). The root is the namespace's own then.
  program.call("setns", [spec.process, JOINED], { what: "join the container's namespaces" });
  connectStreams(program, spec, spec.tty);
  // From here on no path leads out of the root through /proc/self/fd (CVE-2024-21626), chdir's included.
  program.append(closeAllBut([]));
  planResourceLimits(program, spec.limits?.ulimits ?? []);
  leaveKeyring(program);
  program.call("chdir", [spec.workingDirectory], { what: "change to the working directory" });
  becomeUser(program, spec, lastCapability);
}

/**
 * Starts the process and returns when it has executed its program. Throws StartError if it cannot, ExecutionRefused if the kernel
 * would not run the program.
 */
export function startInside(
  spec: JoinSpec,
  keeping: Omit<Keeping, "directory"> & { readonly discarded?: number },
): Keeper {
  const process = new SpawnProgram(), execution = execute(commandOf(spec));
  planJoin(process, spec, readHostFacts([]).lastCapability);
  process.append(execution);
  const { cgroup, pidNamespace, stdio } = spec;
  const cgroupFd = cgroup?.hierarchy.version === 2 ? cgroup.fd : undefined;
  const lent = [
    spec.process,
    pidNamespace,
    ...stdio,
    ...cgroup ? [cgroup.fd, ...cgroup.joined ?? []] : [],
  ];
  try {
    const keeper = Keeper.start({
      ...keeping,
      command: spec.argv[0],
      process,
      clone: { cgroupFd },
      pidNamespace,
      lent: [...new Set(lent)],
    });
    if (spec.limits?.oomScoreAdj) protectKeeper(keeper);
    return keeper;
  } catch (error) {
    if (error instanceof SpawnFailure) {
      if (error.step === execution.items.at(-1)) throw explainExecution(spec, spec.root, error);
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

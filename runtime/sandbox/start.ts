/** Starting a sandbox: the plan is made, run, and a failure put into words. */

import { CLONE, O } from "../../ffi/constants.ts";
import { isErrno, SystemError } from "../../ffi/errno.ts";
import { withFd } from "../../ffi/file.ts";
import { Keeper } from "../../ffi/spawn/keeper.ts";
import { mayMount } from "../../ffi/privilege.ts";
import { SpawnFailure } from "../../ffi/spawn/process.ts";
import { SpawnProgram } from "../../ffi/spawn/program.ts";
import { isRegularFile, statAt } from "../../ffi/stat.ts";
import { EngineError } from "../../storage/errors.ts";
import { commandOf, prepareExecution } from "./execution.ts";
import { readHostFacts } from "./host.ts";
import { namespacesOf, planSandbox } from "./plan.ts";
import { openInRoot, openRoot } from "./rootfs.ts";
import type { SandboxSpec } from "./spec.ts";

/** A container's process that could not be started; `exitCode` is what docker reports for the reason. */
export class StartError extends EngineError {
  override readonly name = "StartError";

  constructor(message: string, readonly exitCode: 125 | 126 | 127) {
    super(message);
  }
}

/** The program was found, and the kernel would not run it: to docker the container has started, said so, and exited with 1. */
export class ExecutionRefused extends EngineError {
  override readonly name = "ExecutionRefused";
  readonly exitCode = 1;
}

/** What a sandbox's process leaves to its keeper. */
export interface Keeping {
  /** Where the keeper notes the end: a descriptor of the directory, and the writing end of a pipe. */
  readonly directory: number;
  readonly end: number;
  /** What the keeper holds open besides. */
  readonly held: readonly number[];
}

/** Starts the sandbox's process and returns when it has executed its program. */
export async function startSandbox(spec: SandboxSpec, keeping: Keeping): Promise<Keeper> {
  if (spec.userNamespace && !spec.userNamespace.trees) {
    const { UserNamespaceEntry } = await import("./user_namespace/enter.ts");
    using entry = new UserNamespaceEntry(spec, spec.userNamespace);
    return await startThrough(entry.spec, keeping, entry.steps);
  }
  return await startThrough(spec, keeping);
}

/** `entry`: what leads into the user namespace that the sandbox's own are to belong to. */
async function startThrough(
  spec: SandboxSpec,
  keeping: Keeping,
  entry?: SpawnProgram,
): Promise<Keeper> {
  using execution = await prepareExecution(spec);
  const process = new SpawnProgram(), isBornInside = spec.joinPidNamespace !== undefined;
  let namespaces = namespacesOf(spec);
  if (entry && isBornInside) {
    // The process that prepares the other one is no other's child: it can make them itself.
    process.append(entry);
    process.call("unshare", [namespaces], { what: "make namespaces" });
    namespaces = 0;
  }
  const facts = readHostFacts([...spec.maskedPaths, ...spec.readonlyPaths]);
  if (spec.chroot) {
    const { planChroot } = await import("./chroot/plan.ts");
    // What can be mounted in a user namespace without a /proc.
    const ownMounts = facts.userNamespace !== undefined && mayMount();
    if (ownMounts) namespaces = CLONE.NEWNS;
    planChroot(process, spec, facts, execution.fds, ownMounts);
  } else planSandbox(process, spec, facts, execution.fds);
  process.append(execution.program);
  const cgroupFd = spec.cgroup?.hierarchy.version === 2 ? spec.cgroup.fd : undefined;
  try {
    const keeper = Keeper.start({
      ...keeping,
      command: spec.argv[0],
      process,
      clone: { namespaces, cgroupFd },
      inside: execution.inside,
      entry: isBornInside ? undefined : entry,
      lent: [...new Set([...descriptorsOf(spec), ...execution.fds])],
    });
    if (spec.limits?.oomScoreAdj || entry) protectKeeper(keeper);
    return keeper;
  } catch (error) {
    if (error instanceof SpawnFailure) {
      if (!execution.isRefusal(error)) throw explain(error);
      throw withFd(openRoot(spec.rootfs), (root) => explainExecution(spec, root, error));
    }
    if (error instanceof SystemError) throw explainClone(error);
    throw error;
  }
}

/** The container's score is not its keeper's, which got it with the memory that they shared: it would be killed with the container. */
export function protectKeeper({ pid }: Keeper): void {
  const own = Deno.readTextFileSync("/proc/self/oom_score_adj");
  try {
    Deno.writeTextFileSync(`/proc/${pid}/oom_score_adj`, own);
  } catch (error) {
    // It is over already, or box may not lower it.
    if (!(error instanceof Deno.errors.NotFound || error instanceof Deno.errors.PermissionDenied)) {
      throw error;
    }
  }
}

/** What the process needs of box until it executes its program. */
function descriptorsOf(spec: SandboxSpec): number[] {
  const { stdio, terminal, cgroup, mounts, network } = spec;
  const { joinPidNamespace, joinIpcNamespace, procTree, userNamespace } = spec;
  const networkFd = typeof network === "object" ? network.namespace : undefined;
  return [
    ...stdio,
    ...(cgroup ? [cgroup.fd, ...cgroup.joined ?? []] : []),
    ...mounts.flatMap((mount) => mount.type === "bind" ? mount.treeFd : []),
    ...[terminal?.devpts, networkFd, joinPidNamespace, joinIpcNamespace, procTree]
      .concat(userNamespace?.fd, userNamespace?.trees?.root, userNamespace?.trees?.devices)
      .filter((fd) => fd !== undefined),
  ];
}

export function explainClone(error: SystemError): StartError {
  // clone(2) has this word for it.
  const hint = isErrno(error, "ENOSPC", "EUSERS")
    ? ": a limit on namespaces is reached (/proc/sys/user/max_*_namespaces)"
    : "";
  return new StartError(`unable to start container process: ${error.message}${hint}`, 125);
}

function explain(failure: SpawnFailure): EngineError {
  const hint =
    failure.step.operation === "move_mount" && ["EINVAL", "ENOTDIR"].includes(failure.code)
      ? ": Are you trying to mount a directory onto a file (or vice-versa)?"
      : "";
  return new StartError(`unable to start container process: ${failure.message}${hint}`, 125);
}

/** What is run: as much of a sandbox as its errors are about. */
export type RunCommand = Pick<SandboxSpec, "argv" | "env" | "workingDirectory">;

/** Why a command was not executed, in docker's words; `root` is a descriptor of the root file system. */
export function explainExecution(
  spec: RunCommand,
  root: number,
  failure: SystemError,
): StartError | ExecutionRefused {
  const command = spec.argv[0], quoted = JSON.stringify(command);
  const prefix = `unable to start container process: exec: ${quoted}`;
  const found = findExecutable(spec, root);
  if (found !== undefined) return new ExecutionRefused(`exec ${found}: ${failure.reason}`);
  if (!command.includes("/")) {
    return new StartError(`${prefix}: executable file not found in $PATH`, 127);
  }
  return failure.code === "EACCES"
    ? new StartError(`${prefix}: permission denied`, 126)
    : new StartError(`${prefix}: stat ${command}: ${failure.reason}`, 127);
}

/** The executable regular file that a command means in the root file system, seen as root. */
function findExecutable(spec: RunCommand, root: number): string | undefined {
  return commandOf(spec).paths.find((path) => {
    const absolute = path.startsWith("/") ? path : `${spec.workingDirectory}/${path}`;
    try {
      const stat = withFd(openInRoot(root, absolute, O.PATH), (fd) => statAt(fd, ""));
      return isRegularFile(stat) && (stat.mode & 0o111) !== 0;
    } catch {
      return false; // whatever is wrong with it, it is not what was run
    }
  });
}

/** Whether a process is still the one that was started: its pid may have been given to another, or the host restarted. */

import { isErrno } from "../../ffi/errno.ts";
import { close } from "../../ffi/file.ts";
import { openPidfd } from "../../ffi/spawn/pidfd.ts";
import { readTextIfExists } from "../../storage/files.ts";
import type { ContainerFile, ProcessIdentity } from "../../storage/container/config.ts";

/**
 * What identifies a process beside its pid, or undefined if there is none. One that has ended is there until it is reaped: a
 * container's program may be over before anybody has looked.
 */
export function identifyProcess(pid: number): ProcessIdentity | undefined {
  return observe(pid)?.identity;
}

/** proc_pid_stat(5) */
function observe(pid: number): { identity: ProcessIdentity; hasEnded: boolean } | undefined {
  const stat = readUnlessReaped(`/proc/${pid}/stat`);
  if (stat === undefined) return undefined;
  // The second field is the program's name in parentheses, in which anything may stand.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const [state, startTime] = [fields[0], fields[19]];
  const identity = { StartTime: startTime, BootID: bootId() };
  return { identity, hasEnded: state === "Z" || state === "X" };
}

/** A file of a process; ESRCH if that is reaped while the file is open. */
function readUnlessReaped(path: string): string | undefined {
  try {
    return readTextIfExists(path);
  } catch (error) {
    if (isErrno(error, "ESRCH")) return undefined;
    throw error;
  }
}

let knownBootId: string | undefined;

/** /proc/sys/kernel/random/boot_id */
export function bootId(): string {
  return knownBootId ??= readTextIfExists("/proc/sys/kernel/random/boot_id")?.trim() ?? "";
}

/** Whether the process that a container's state names still runs. */
export function isAlive(container: ContainerFile): boolean {
  const { State: state, BoxProcess: expected } = container;
  if (!state.Running || state.Pid === 0) return false;
  if (expected === undefined) return container.BoxKeeper === undefined && isInOwnCgroup(container);
  return isRunning(state.Pid, expected);
}

/** A pidfd of the process that a container's state names, or undefined if it is gone. The caller closes it. */
export function openProcess(container: ContainerFile): number | undefined {
  if (!isAlive(container)) return undefined;
  return openIf(container.State.Pid, () => isAlive(container));
}

/** A pidfd of a container's keeper, or undefined if it is gone. The caller closes it. */
export function openKeeper({ BoxKeeper: keeper }: ContainerFile): number | undefined {
  if (keeper === undefined) return undefined;
  return openIf(keeper.Pid, () => isRunning(keeper.Pid, keeper));
}

/** Whether a container's keeper is there. */
export function keeperIsAlive({ BoxKeeper: keeper }: ContainerFile): boolean {
  return keeper !== undefined && isRunning(keeper.Pid, keeper);
}

/** The pid may be another's by the time the descriptor is had. */
function openIf(pid: number, isMeant: () => boolean): number | undefined {
  let pidfd: number;
  try {
    pidfd = openPidfd(pid);
  } catch (error) {
    if (isErrno(error, "ESRCH")) return undefined;
    throw error;
  }
  if (isMeant()) return pidfd;
  close(pidfd);
  return undefined;
}

/** Whether a process is there that has this identity. */
export function isRunning(pid: number, expected: ProcessIdentity): boolean {
  const actual = observe(pid);
  return actual !== undefined && !actual.hasEnded &&
    actual.identity.StartTime === expected.StartTime && actual.identity.BootID === expected.BootID;
}

/** What tells of a process that dockerd started: runc puts it into a cgroup with the container's id in its name. */
function isInOwnCgroup({ ID: id, State: { Pid: pid } }: ContainerFile): boolean {
  if (observe(pid)?.hasEnded) return false;
  return readUnlessReaped(`/proc/${pid}/cgroup`)?.includes(id) ?? false;
}

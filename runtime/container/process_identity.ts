/** Whether a process is still the one that was started: its pid may have been given to another, or the host restarted. */

import { isErrno } from "../../ffi/errno.ts";
import { close } from "../../ffi/file.ts";
import { openPidfd } from "../../ffi/spawn/pidfd.ts";
import { readTextIfExists } from "../../storage/files.ts";
import type { ContainerFile, ProcessIdentity } from "../../storage/container/config.ts";

/** What identifies a live process beside its pid, or undefined if there is none. */
export function identifyProcess(pid: number): ProcessIdentity | undefined {
  const stat = readTextIfExists(`/proc/${pid}/stat`);
  if (stat === undefined) return undefined;
  // The second field is the program's name in parentheses, in which anything may stand (proc_pid_stat(5)).
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const [state, startTime] = [fields[0], fields[19]];
  if (state === "Z" || state === "X") return undefined;
  return { StartTime: startTime, BootID: bootId() };
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
  if (expected === undefined) return isInOwnCgroup(container);
  return isSame(expected, identifyProcess(state.Pid));
}

/** A pidfd of the process that a container's state names, or undefined if it is gone. The caller closes it. */
export function openProcess(container: ContainerFile): number | undefined {
  if (!isAlive(container)) return undefined;
  return openIf(container.State.Pid, () => isAlive(container));
}

/** A pidfd of a container's keeper, or undefined if it is gone. The caller closes it. */
export function openKeeper({ BoxKeeper: keeper }: ContainerFile): number | undefined {
  if (keeper === undefined) return undefined;
  return openIf(keeper.Pid, () => isSame(keeper, identifyProcess(keeper.Pid)));
}

/** Whether a container's keeper is there. */
export function keeperIsAlive({ BoxKeeper: keeper }: ContainerFile): boolean {
  return keeper !== undefined && isSame(keeper, identifyProcess(keeper.Pid));
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

function isSame(expected: ProcessIdentity, actual: ProcessIdentity | undefined): boolean {
  return actual !== undefined && actual.StartTime === expected.StartTime &&
    actual.BootID === expected.BootID;
}

/** What tells of a process that dockerd started: runc puts it into a cgroup with the container's id in its name. */
function isInOwnCgroup({ ID: id, State: { Pid: pid } }: ContainerFile): boolean {
  return readTextIfExists(`/proc/${pid}/cgroup`)?.includes(id) ?? false;
}

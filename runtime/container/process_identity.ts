/** Whether a process is still the one that was started: its pid may have been given to another, or the host restarted. */

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

function bootId(): string {
  return knownBootId ??= readTextIfExists("/proc/sys/kernel/random/boot_id")?.trim() ?? "";
}

/** Whether the process that a container's state names still runs. */
export function isAlive(container: ContainerFile): boolean {
  const { State: state, BoxProcess: expected } = container;
  if (!state.Running || state.Pid === 0) return false;
  if (expected === undefined) return isInOwnCgroup(container);
  const actual = identifyProcess(state.Pid);
  return actual !== undefined && actual.StartTime === expected.StartTime &&
    actual.BootID === expected.BootID;
}

/** What tells of a process that dockerd started: runc puts it into a cgroup with the container's id in its name. */
function isInOwnCgroup({ ID: id, State: { Pid: pid } }: ContainerFile): boolean {
  return readTextIfExists(`/proc/${pid}/cgroup`)?.includes(id) ?? false;
}

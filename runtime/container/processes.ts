/** Which processes of the host are a container's. */

import { AT } from "../../ffi/constants.ts";
import { DT, listNames, openDirectory, readEntries } from "../../ffi/directory.ts";
import { isErrno } from "../../ffi/errno.ts";
import { readLink, withFd } from "../../ffi/file.ts";
import type { ContainerFile } from "../../storage/container/config.ts";
import { readTextIfExists } from "../../storage/files.ts";
import { Cgroup, probeCgroups } from "../sandbox/cgroup.ts";
import { groupOf } from "./group.ts";
import { readProcessStat } from "./proc_file.ts";

/** Pids, as the host counts them, of the processes of a container that runs. */
export function processesOf(container: ContainerFile): number[] {
  const cgroup = cgroupOf(container);
  const pids = cgroup ? processesInGroup(cgroup.path) : processesInNamespace(container.State.Pid);
  return pids.toSorted((a, b) => a - b);
}

/** A container's control group, if it has one. */
export function cgroupOf(
  container: Pick<ContainerFile, "ID" | "BoxCgroupParent">,
): Cgroup | undefined {
  const hierarchy = probeCgroups();
  const cgroup = hierarchy && new Cgroup(hierarchy, groupOf(container));
  return cgroup?.exists() ? cgroup : undefined;
}

/** The processes of a group and of those below it, which a container can make if it is allowed to. */
export function processesInGroup(path: string): number[] {
  const own = readGroupFile(`${path}/cgroup.procs`).split("\n").filter(Boolean).map(Number);
  const below = listSubdirectories(path).flatMap((name) => processesInGroup(`${path}/${name}`));
  return [...own, ...below].filter((pid) => pid > 0);
}

function listSubdirectories(path: string): string[] {
  try {
    return withFd(openDirectory(AT.FDCWD, path), readEntries)
      .filter(({ type }) => type === DT.DIR).map(({ name }) => name);
  } catch (error) {
    if (isErrno(error, "ENOENT")) return [];
    throw error;
  }
}

function readGroupFile(path: string): string {
  try {
    return readTextIfExists(path) ?? "";
  } catch (error) {
    // ENODEV: the group is gone. EOPNOTSUPP: one of threads, whose processes are its parent's.
    if (isErrno(error, "ENODEV", "EOPNOTSUPP")) return "";
    throw error;
  }
}

/**
 * On a host that does not let box make groups: all in the process namespace of the first process or, where that is the host's
 * own, all that descend from it.
 */
function processesInNamespace(first: number): number[] {
  const all = listNames("/proc").filter((name) => /^[0-9]+$/.test(name)).map(Number);
  const namespace = namespaceOf(first);
  if (namespace === undefined) return []; // it has ended
  if (namespace !== namespaceOf("self")) {
    return all.filter((pid) => namespaceOf(pid) === namespace);
  }
  const parents = new Map(all.map((pid) => [pid, readProcessStat(pid)?.parent]));
  const descends = (pid: number | undefined): boolean =>
    pid === first || (pid !== undefined && pid > 0 && descends(parents.get(pid)));
  return all.filter(descends);
}

/** The name of a process's namespace; undefined for a process that is gone, or is a stranger's. */
function namespaceOf(pid: number | "self"): string | undefined {
  try {
    return readLink(AT.FDCWD, `/proc/${pid}/ns/pid`);
  } catch (error) {
    if (isErrno(error, "ENOENT", "ESRCH", "EACCES", "EPERM")) return undefined;
    throw error;
  }
}

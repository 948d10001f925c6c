/** The directories of control groups: in each hierarchy box's own, with one for each container. */

import { AT } from "../../ffi/constants.ts";
import { isErrno } from "../../ffi/errno.ts";
import { tryRemoveDirectory } from "../../ffi/file.ts";
import { EngineError } from "../../storage/errors.ts";
import { ensureDirectory } from "../../storage/files.ts";

/** Errors of a host that does not let us make groups; there are none to remove, either. */
export const FORBIDDEN = ["EACCES", "EPERM", "EROFS"] as const;

/** Box's directory in each hierarchy, with one for each container. */
export const BOX_GROUP = "box";

/** Controllers of which a container may have a group in cgroup v1. */
export const V1_CONTROLLERS = ["blkio", "cpu", "cpuset", "devices", "memory", "pids"] as const;

/** Where a controller of cgroup v1 is mounted, if it is. `io` is what v2 calls blkio. */
export function v1MountPoint(controller: string): string {
  return `/sys/fs/cgroup/${controller === "io" ? "blkio" : controller}`;
}

/** Makes a group, `group` in a hierarchy, and those above it; returns its path. */
export function makeGroup({ mountPoint }: { readonly mountPoint: string }, group: string): string {
  for (let attempt = 0;; attempt++) {
    try {
      for (const path of pathsTo(mountPoint, group).slice(1)) ensureDirectory(path, 0o755);
      return `${mountPoint}/${group}`;
    } catch (error) {
      // The last container of another command may just have taken the parent along.
      if (!isErrno(error, "ENOENT") || attempt === 100) throw error;
    }
  }
}

/** The paths of all groups from a hierarchy's root down to one. */
export function pathsTo(mountPoint: string, group: string): string[] {
  const names = group.split("/");
  return [mountPoint, ...names.map((_, i) => `${mountPoint}/${names.slice(0, i + 1).join("/")}`)];
}

/** What a group that is in use, or not ours to remove, or not there, answers. */
const REMAINS: readonly string[] = ["ENOENT", "EBUSY", "ENOTEMPTY", "ENOTDIR", ...FORBIDDEN];

/** How often a group is asked to go whose last process is about to, a millisecond apart. */
const ATTEMPTS = 100;

/** Removes a container's group in a hierarchy, and box's own directory with the last one; not what --cgroup-parent names. */
export function removeGroup(mountPoint: string, group: string): void {
  const path = `${mountPoint}/${group}`;
  let error = tryRemoveDirectory(AT.FDCWD, path);
  // A process is in its group for a moment longer than it is seen there, or can be waited for.
  for (let attempt = 1; error === "EBUSY" && attempt < ATTEMPTS; attempt++) {
    pause();
    error = tryRemoveDirectory(AT.FDCWD, path);
  }
  check(path, error);
  if (!group.startsWith(`${BOX_GROUP}/`)) return;
  const parent = `${mountPoint}/${BOX_GROUP}`;
  check(parent, tryRemoveDirectory(AT.FDCWD, parent));
}

/** A millisecond, without anything else being done meanwhile. */
function pause(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
}

function check(path: string, error: string | undefined): void {
  if (error !== undefined && !REMAINS.includes(error)) {
    throw new EngineError(`cannot remove control group ${path}: ${error}`);
  }
}

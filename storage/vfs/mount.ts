/** The copy of a layer as a process's root: a mount of its own where that can be had, else the directory as it is. */

import { AT, MS, O } from "../../ffi/constants.ts";
import { isErrno } from "../../ffi/errno.ts";
import { openAt, removeDirectory, withFd } from "../../ffi/file.ts";
import { attachTree, cloneTree, mapMountIds, mount, umount2 } from "../../ffi/mount.ts";
import { mountingRefusal } from "../../ffi/privilege.ts";
import type { MappedIds } from "../driver/driver.ts";
import { ensureDirectory } from "../files.ts";
import { refusingMapping } from "../mapped_ids.ts";

/** Makes the mount point, by which it is known that the tree is in use, and returns where the root is. */
export function mountTree(tree: string, mountPoint: string, mapped?: MappedIds): string {
  ensureDirectory(mountPoint, 0o755);
  if (mountingRefusal() !== undefined) return tree;
  if (mapped === undefined) mount({ source: tree, target: mountPoint, type: "", flags: MS.BIND });
  else mountMapped(tree, mountPoint, mapped);
  return mountPoint;
}

/** What belongs to id 0 in the tree is shown as belonging to what is 0 in a user namespace. */
function mountMapped(tree: string, mountPoint: string, { userNamespace }: MappedIds): void {
  withFd(cloneTree(tree, false), (detached) => {
    refusingMapping(tree, () => mapMountIds(detached, userNamespace));
    const place = openAt(AT.FDCWD, mountPoint, O.PATH | O.DIRECTORY);
    withFd(place, () => attachTree(detached, place));
  });
}

export function unmountTree(mountPoint: string): void {
  try {
    umount2(mountPoint);
  } catch (error) {
    // Nothing is mounted there; or nothing can be.
    if (!isErrno(error, "EINVAL", "ENOENT", "EPERM")) throw error;
  }
  try {
    removeDirectory(AT.FDCWD, mountPoint);
  } catch (error) {
    if (!isErrno(error, "ENOENT", "EBUSY", "ENOTEMPTY")) throw error;
  }
}

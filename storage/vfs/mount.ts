/** The copy of a layer as a process's root: a mount of its own where that can be had, else the directory as it is. */

import { AT } from "../../ffi/constants.ts";
import { MS } from "../../ffi/constants.ts";
import { isErrno } from "../../ffi/errno.ts";
import { removeDirectory } from "../../ffi/file.ts";
import { mount, umount2 } from "../../ffi/mount.ts";
import { mountingRefusal } from "../../ffi/privilege.ts";
import { ensureDirectory } from "../files.ts";

/** Makes the mount point, by which it is known that the tree is in use, and returns where the root is. */
export function mountTree(tree: string, mountPoint: string): string {
  ensureDirectory(mountPoint, 0o755);
  if (mountingRefusal() !== undefined) return tree;
  mount({ source: tree, target: mountPoint, type: "", flags: MS.BIND });
  return mountPoint;
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

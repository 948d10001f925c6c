/** Bind mounts on the root of a container that does not run, as it would have them if it ran. */

import { MS, O } from "../../ffi/constants.ts";
import { isErrno } from "../../ffi/errno.ts";
import { close, type DirectoryFd, openAt, withFd } from "../../ffi/file.ts";
import { attachTree, setMountAttributes } from "../../ffi/mount.ts";
import { isReadonlyMount } from "../../ffi/stat.ts";
import { baseOf, parentOf } from "../../storage/layer/name.ts";
import { ParentDirectories } from "../../storage/layer/parent_directories.ts";
import { openInRoot } from "../sandbox/rootfs.ts";
import type { SandboxMount } from "../sandbox/spec.ts";

type BindMount = Extract<SandboxMount, { type: "bind" }>;

/**
 * Attaches what was bound, in the mount namespace of the caller, who sees to it that nobody else is in it. A tmpfs would be
 * empty and is left out. Targets are resolved inside the root, and made if they are missing and the root can be written to.
 */
export function attachBinds(root: DirectoryFd, mounts: readonly SandboxMount[]): void {
  for (const mount of mounts) {
    if (mount.type !== "bind") continue;
    const target = openMountPoint(root, mount);
    if (target === undefined) continue;
    // A shared one would pass on to the host what is attached below it.
    setMountAttributes(mount.treeFd, 0, MS.PRIVATE, true);
    withFd(target, () => attachTree(mount.treeFd, target));
  }
}

function openMountPoint(root: DirectoryFd, mount: BindMount): number | undefined {
  const open = () => openInRoot(root, mount.target, O.PATH);
  try {
    return open();
  } catch (error) {
    if (!isErrno(error, "ENOENT")) throw error;
  }
  if (isReadonlyMount(root)) return undefined;
  makeMountPoint(root, mount);
  return open();
}

function makeMountPoint(root: DirectoryFd, { target, kind }: BindMount): void {
  const path = target.slice(1), parents = new ParentDirectories(root);
  try {
    if (kind === "directory") {
      parents.open(path);
      return;
    }
    const flags = O.WRONLY | O.CREAT | O.EXCL | O.NOFOLLOW;
    close(openAt(parents.open(parentOf(path)), baseOf(path), flags, 0o644));
  } finally {
    parents.close();
  }
}

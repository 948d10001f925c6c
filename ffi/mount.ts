/** mount(2) and its relatives, as box's own process calls them. What a container's process calls is in its spawn program. */

import {
  AT,
  FSCONFIG,
  FSMOUNT_CLOEXEC,
  FSOPEN_CLOEXEC,
  MNT_DETACH,
  MOUNT_ATTR,
  MOVE_MOUNT_F_EMPTY_PATH,
  MOVE_MOUNT_T_EMPTY_PATH,
  OPEN_TREE_CLOEXEC,
  OPEN_TREE_CLONE,
} from "./constants.ts";
import { cstring } from "./cstring.ts";
import { check, errnoName } from "./errno.ts";
import { close } from "./file.ts";
import { kernel } from "./kernel.ts";

export interface MountRequest {
  readonly source: string;
  readonly target: string;
  /** File system type; empty for a bind mount or a change of an existing mount. */
  readonly type: string;
  /** MS_* */
  readonly flags: number;
  /** At most a page. */
  readonly data?: string;
}

export function mount({ source, target, type, flags, data }: MountRequest): void {
  const result = kernel.mount(
    cstring(source),
    cstring(target),
    cstring(type),
    BigInt(flags),
    data === undefined ? null : cstring(data),
  );
  check(result, "mount", target);
}

/** Takes a mount out of the tree at once; the kernel ends it when nobody uses it any more. Symlinks are not followed. */
export function umount2(target: string): void {
  const UMOUNT_NOFOLLOW = 8;
  check(kernel.umount2(cstring(target), MNT_DETACH | UMOUNT_NOFOLLOW), "umount", target);
}

/** A detached copy of the mount at a path, as a descriptor: open_tree(2), Linux 5.2. */
export function cloneTree(path: string, recursive: boolean): number {
  const flags = OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | (recursive ? AT.RECURSIVE : 0);
  return check(kernel.open_tree(AT.FDCWD, cstring(path), flags), "open_tree", path);
}

/** The same of what a descriptor stands for. */
export function cloneTreeAt(fd: number, recursive: boolean): number {
  const flags = OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT.EMPTY_PATH |
    (recursive ? AT.RECURSIVE : 0);
  return check(kernel.open_tree(fd, cstring(""), flags), "open_tree");
}

/** Attaches a detached tree where a descriptor of this mount namespace is: move_mount(2), Linux 5.2. */
export function attachTree(treeFd: number, targetFd: number): void {
  const flags = MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH, empty = cstring("");
  check(kernel.move_mount(treeFd, empty, targetFd, empty, flags), "move_mount");
}

/** Sets attributes and propagation of a detached tree: mount_setattr(2), Linux 5.12. */
export function setMountAttributes(
  fd: number,
  attributes: number,
  propagation: number,
  recursive: boolean,
): void {
  const request = new BigUint64Array([BigInt(attributes), 0n, BigInt(propagation), 0n]);
  const flags = AT.EMPTY_PATH | (recursive ? AT.RECURSIVE : 0);
  check(
    kernel.mount_setattr(fd, cstring(""), flags, new Uint8Array(request.buffer), 32n),
    "mount_setattr",
  );
}

/**
 * Maps the ids of a detached mount, which has not been attached before, by those of a user namespace: what belongs to its id 0 on
 * the disk belongs to the id that the namespace's 0 is outside. mount_setattr(2), Linux 5.12; EINVAL for a file system that
 * cannot do it.
 */
export function mapMountIds(fd: number, userNamespace: number): void {
  const request = BigUint64Array.of(BigInt(MOUNT_ATTR.IDMAP), 0n, 0n, BigInt(userNamespace));
  const bytes = new Uint8Array(request.buffer);
  check(
    kernel.mount_setattr(fd, cstring(""), AT.EMPTY_PATH, bytes, 32n),
    "mount_setattr",
    "ids",
  );
}

export interface FileSystemRequest {
  readonly type: string;
  readonly options: Readonly<Record<string, string>>;
  /** MOUNT_ATTR.* */
  readonly attributes: number;
}

/** A new file system that is mounted nowhere, as a descriptor; close-on-exec: fsopen(2), fsmount(2), Linux 5.2. */
export function makeFileSystem({ type, options, attributes }: FileSystemRequest): number {
  const what = `make a ${type}`;
  const context = check(kernel.fsopen(cstring(type), FSOPEN_CLOEXEC), what);
  try {
    for (const [key, value] of Object.entries(options)) {
      const [name, text] = [cstring(key), cstring(value)];
      check(kernel.fsconfig(context, FSCONFIG.SET_STRING, name, text, 0), what, key);
    }
    check(kernel.fsconfig(context, FSCONFIG.CMD_CREATE, null, null, 0), what);
    return check(kernel.fsmount(context, FSMOUNT_CLOEXEC, attributes), what);
  } finally {
    close(context);
  }
}

/** Whether the kernel has a file system of this type, for which it loads a module if need be. */
export function hasFileSystem(type: string): boolean {
  const context = kernel.fsopen(cstring(type), FSOPEN_CLOEXEC);
  if (context >= 0) close(context);
  return context >= 0 || errnoName(-context) !== "ENODEV";
}

/** unshare(2) for the calling thread: from now on only synchronous file operations see its new namespaces. */
export function unshare(flags: number): void {
  check(kernel.unshare(flags), "unshare");
}

/** Mounting without anybody else noticing: mount_namespaces(7). */

import { AT, CLONE, MS, O, OPEN_TREE_CLOEXEC, OPEN_TREE_CLONE, RESOLVE } from "./constants.ts";
import { cstring } from "./cstring.ts";
import { check } from "./errno.ts";
import { close, openAt, openAt2, withFd } from "./file.ts";
import { kernel } from "./kernel.ts";
import { mount, unshare } from "./mount.ts";

/**
 * Calls a function in a new mount namespace, which begins as a copy of this thread's and ends with the call, whatever ends it:
 * of what is mounted there only descriptors remain, such as cloneTree() gives. The function must be synchronous, since the other
 * threads, and with them all asynchronous file operations, stay where they are. Needs CAP_SYS_ADMIN and CAP_SYS_CHROOT.
 */
export function inPrivateMountNamespace<T>(action: () => T): T {
  return elsewhere(() => unshare(CLONE.NEWNS), () => {
    mount({ source: "", target: "/", type: "", flags: MS.REC | MS.PRIVATE });
    return action();
  });
}

/**
 * A detached copy of what is mounted at a path of another mount namespace, as a descriptor that can be attached in any. The
 * path is that namespace's own, and no symbolic link of it is followed. Needs CAP_SYS_ADMIN and CAP_SYS_CHROOT.
 */
export function cloneTreeInNamespace(namespace: number, path: string): number {
  const enter = () => {
    unshare(CLONE.FS); // setns(2) wants a thread that shares its root and working directory with no other
    check(kernel.setns(namespace, CLONE.NEWNS), "setns");
  };
  return elsewhere(enter, () => {
    const target = openAt2(AT.FDCWD, path, O.PATH | O.DIRECTORY, RESOLVE.NO_SYMLINKS);
    const flags = OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT.EMPTY_PATH;
    return withFd(
      target,
      () => check(kernel.open_tree(target, cstring(""), flags), "open_tree", path),
    );
  });
}

/** Enters another mount namespace, calls a function there, and comes back. */
function elsewhere<T>(enter: () => void, action: () => T): T {
  const fds: number[] = [];
  const keep = (path: string, flags: number) => {
    const fd = openAt(AT.FDCWD, path, flags);
    fds.push(fd);
    return fd;
  };
  try {
    const namespace = keep("/proc/thread-self/ns/mnt", O.RDONLY);
    const root = keep("/", O.PATH | O.DIRECTORY);
    const workingDirectory = keep(".", O.PATH | O.DIRECTORY);
    enter();
    try {
      return action();
    } finally {
      // setns(2) leads to the namespace's root, which a chroot makes another than this thread's.
      check(kernel.setns(namespace, CLONE.NEWNS), "setns");
      check(kernel.fchdir(root), "chdir", "/");
      check(kernel.chroot(cstring(".")), "chroot");
      check(kernel.fchdir(workingDirectory), "chdir", ".");
    }
  } finally {
    fds.forEach(close);
  }
}

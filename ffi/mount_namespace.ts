/** Mounting without anybody else noticing: mount_namespaces(7). */

import { AT, CLONE, MS, O } from "./constants.ts";
import { cstring } from "./cstring.ts";
import { check } from "./errno.ts";
import { close, openAt } from "./file.ts";
import { kernel } from "./kernel.ts";
import { mount, unshare } from "./mount.ts";

/**
 * Calls a function in a new mount namespace, which begins as a copy of this thread's and ends with the call, whatever ends it:
 * of what is mounted there only descriptors remain, such as cloneTree() gives. The function must be synchronous, since the other
 * threads, and with them all asynchronous file operations, stay where they are. Needs CAP_SYS_ADMIN and CAP_SYS_CHROOT.
 */
export function inPrivateMountNamespace<T>(action: () => T): T {
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
    unshare(CLONE.NEWNS);
    try {
      mount({ source: "", target: "/", type: "", flags: MS.REC | MS.PRIVATE });
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

/** Looking at files as another user: setfsuid(2), setfsgid(2). */

import { kernel } from "./kernel.ts";

/** Calls a function, which must be synchronous, while this thread is this user to the file system. Needs CAP_SETUID and CAP_SETGID. */
export function withFileSystemIds<T>(uid: number, gid: number, action: () => T): T {
  // Both return what was before, whether they succeed or not.
  const ownGroup = kernel.setfsgid(gid), own = kernel.setfsuid(uid);
  try {
    return action();
  } finally {
    kernel.setfsuid(own);
    kernel.setfsgid(ownGroup);
  }
}

/** build/running/<key>: that somebody carries out a step, so that another who needs the same waits and finds it done. */

import { AT } from "../../ffi/constants.ts";
import { listNames } from "../../ffi/directory.ts";
import { isErrno } from "../../ffi/errno.ts";
import { removeDirectory } from "../../ffi/file.ts";
import { hexOf } from "../digest.ts";
import { ensureDirectory } from "../files.ts";
import { DirectoryLock } from "../lock.ts";
import type { Store } from "../store.ts";

/** Milliseconds between attempts while another process has it. */
const RETRY_INTERVAL = 10;

/** Does something while no other process does it under the same key. */
export async function withStepLock<T>(
  store: Store,
  key: string,
  signal: AbortSignal | undefined,
  action: () => Promise<T>,
): Promise<T> {
  const path = store.path("build/running", hexOf(key));
  using _ = await take(store, path, signal);
  try {
    return await action();
  } finally {
    removeEmpty(path); // while it is locked: who waits for it sees that it is gone, and makes another
  }
}

async function take(store: Store, path: string, signal?: AbortSignal): Promise<DirectoryLock> {
  ensureDirectory(store.path("build"), 0o700);
  ensureDirectory(store.path("build/running"), 0o700);
  for (;;) {
    signal?.throwIfAborted();
    ensureDirectory(path, 0o700);
    const lock = DirectoryLock.tryTake(path);
    if (lock !== undefined) return lock;
    await new Promise((resolve) => setTimeout(resolve, RETRY_INTERVAL));
  }
}

function removeEmpty(path: string): void {
  try {
    removeDirectory(AT.FDCWD, path);
  } catch (error) {
    if (!isErrno(error, "ENOENT")) throw error;
  }
}

/** Removes what killed builds left: directories that nobody has locked. */
export function sweepStepLocks(store: Store): void {
  for (const name of listNames(store.path("build/running"))) {
    const path = store.path("build/running", name);
    using lock = DirectoryLock.tryTake(path);
    if (lock !== undefined) removeEmpty(path);
  }
}

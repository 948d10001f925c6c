/** Locks on containers. */

import { isErrno } from "../../ffi/errno.ts";
import { containerPath } from "../../storage/container/container_store.ts";
import { NotFoundError } from "../../storage/errors.ts";
import { DirectoryLock } from "../../storage/lock.ts";
import type { Store } from "../../storage/store.ts";

/**
 * The lock on a container: exclusive to change it, shared to read its files while it must not go away. NotFoundError if it is
 * gone.
 */
export function lockContainer(
  store: Store,
  id: string,
  mode: "shared" | "exclusive" = "exclusive",
): DirectoryLock {
  try {
    return DirectoryLock.take(containerPath(store, id), mode);
  } catch (error) {
    if (isErrno(error, "ENOENT")) throw new NotFoundError(`No such container: ${id}`);
    throw error;
  }
}

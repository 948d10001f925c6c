/** Waiting for a container's end. */

import { isErrno } from "../../ffi/errno.ts";
import { close } from "../../ffi/file.ts";
import { openPidfd, waitUntilGone } from "../../ffi/spawn/pidfd.ts";
import type { ContainerFile, ContainerState } from "../../storage/container/config.ts";
import { readContainer } from "../../storage/container/container_store.ts";
import type { Store } from "../../storage/store.ts";
import { isAlive } from "./process_identity.ts";

/** Milliseconds between two looks at the state of a container whose process is gone: its monitor is about to write it. */
const FIRST_DELAY = 1, LONGEST_DELAY = 50;

/**
 * Waits until the run that a container is in has ended and its monitor has recorded that, and returns what it recorded; at
 * once for a container that does not run. NotFoundError if there is no container, or it was removed with its end (--rm).
 */
export async function waitUntilConcluded(store: Store, id: string): Promise<ContainerState> {
  const container = readContainer(store, id), { Pid } = container.State;
  if (container.State.Running) await waitForProcess(container);
  for (let delay = FIRST_DELAY;; delay = Math.min(delay * 2, LONGEST_DELAY)) {
    const { State } = readContainer(store, id);
    if (!State.Running || State.Pid !== Pid) return State;
    await new Promise((resolve) => setTimeout(resolve, delay));
  }
}

async function waitForProcess(container: ContainerFile): Promise<void> {
  let pidfd: number;
  try {
    pidfd = openPidfd(container.State.Pid);
  } catch (error) {
    // ESRCH: gone. EINVAL: no pid, it waits to be restarted.
    if (isErrno(error, "ESRCH", "EINVAL")) return;
    throw error;
  }
  try {
    if (isAlive(container)) await waitUntilGone(pidfd);
  } finally {
    close(pidfd);
  }
}

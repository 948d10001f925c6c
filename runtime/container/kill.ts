/** Ending a container by force. */

import { SIGNALS } from "../../ffi/constants.ts";
import { isErrno } from "../../ffi/errno.ts";
import { close } from "../../ffi/file.ts";
import { openPidfd, sendSignal, waitUntilGone } from "../../ffi/spawn/pidfd.ts";
import type { ContainerFile } from "../../storage/container/config.ts";
import { isAlive } from "./process_identity.ts";

/** Kills a container's processes, and waits until they are gone. */
export async function killAndWait(container: ContainerFile): Promise<void> {
  if (!isAlive(container)) return;
  let pidfd: number;
  try {
    pidfd = openPidfd(container.State.Pid);
  } catch (error) {
    if (isErrno(error, "ESRCH")) return;
    throw error;
  }
  try {
    if (!isAlive(container)) return; // the pid was another's when the descriptor was opened
    sendSignal(pidfd, SIGNALS.SIGKILL);
    await waitUntilGone(pidfd);
  } finally {
    close(pidfd);
  }
}

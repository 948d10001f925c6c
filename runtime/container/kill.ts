/** Ending a container by force. */

import { SIGNALS } from "../../ffi/constants.ts";
import { close } from "../../ffi/file.ts";
import { sendSignal, waitUntilGone } from "../../ffi/spawn/pidfd.ts";
import type { ContainerFile } from "../../storage/container/config.ts";
import { cgroupOf } from "./processes.ts";
import { openProcess } from "./process_identity.ts";

/** Kills a container's processes, and waits until they are gone. */
export async function killAndWait(container: ContainerFile): Promise<void> {
  const pidfd = openProcess(container);
  if (pidfd === undefined) return;
  try {
    sendSignal(pidfd, SIGNALS.SIGKILL);
    await cgroupOf(container)?.thaw(); // what is frozen does not die on v1
    await waitUntilGone(pidfd);
  } finally {
    close(pidfd);
  }
}

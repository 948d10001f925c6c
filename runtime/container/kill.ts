/** Ending a container by force. */

import { SIGNALS } from "../../ffi/constants.ts";
import { close } from "../../ffi/file.ts";
import { sendSignal, waitUntilGone } from "../../ffi/spawn/pidfd.ts";
import type { ContainerFile } from "../../storage/container/config.ts";
import { KEEPER_NAME } from "../../ffi/spawn/keeper_program.ts";
import { readProcessStat, readProcFile } from "./proc_file.ts";
import { cgroupOf, processesInGroup } from "./processes.ts";
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

/**
 * Kills what runs in the group of a container whose file is damaged, and the keepers of that. Where the host lets us have no
 * groups nothing is found.
 */
export async function killProcessesOf(id: string): Promise<void> {
  const cgroup = cgroupOf({ ID: id });
  if (cgroup === undefined) return;
  const parents = processesInGroup(cgroup.path).map((pid) => readProcessStat(pid)?.parent ?? 0);
  for (const parent of new Set(parents)) {
    if (parent > 1 && readProcFile(parent, "comm")?.trim() === KEEPER_NAME) {
      Deno.kill(parent, "SIGKILL");
    }
  }
  await cgroup.kill();
}

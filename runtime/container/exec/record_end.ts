/** What follows the end of a process that was executed in a container. */

import { SystemError } from "../../../ffi/errno.ts";
import type { ContainerFile } from "../../../storage/container/config.ts";
import type { Store } from "../../../storage/store.ts";
import { recordContainerEvent } from "../record_event.ts";
import { forgetExec } from "./notes.ts";

/** For the one who looks after it: who is attached, or the container's monitor. */
export function recordExecEnd(
  store: Store,
  container: Pick<ContainerFile, "ID" | "Name" | "Config">,
  id: string,
  exitCode: number,
): void {
  try {
    forgetExec(store, container.ID, id);
  } catch (error) {
    if (!(error instanceof SystemError)) throw error;
  }
  const attributes = { execID: id, exitCode: String(exitCode) };
  recordContainerEvent(store, container, "exec_die", attributes);
}

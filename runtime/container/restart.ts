/** Restarting containers. */

import type { Store } from "../../storage/store.ts";
import {
  containerPath,
  readContainer,
  readHostConfig,
  writeHostConfig,
} from "../../storage/container/container_store.ts";
import { lockContainer } from "./lock_container.ts";
import { recordContainerEvent } from "./record_event.ts";
import { startDetached } from "./start_detached.ts";
import { stopContainer } from "./stop.ts";

/**
 * Stops a container, as stopContainer does, and starts it in the background; one that does not run is only started. Throws
 * StartError if its program cannot be started.
 */
export async function restartContainer(store: Store, id: string, timeout?: number): Promise<void> {
  await stopAndKeep(store, id, timeout);
  await startDetached(store, id);
  recordContainerEvent(store, readContainer(store, id), "restart");
}

/** The same as stopContainer() for one that would otherwise be removed with its end. */
async function stopAndKeep(store: Store, id: string, timeout: number | undefined): Promise<void> {
  if (!readHostConfig(store, id).AutoRemove) return await stopContainer(store, id, timeout);
  setAutoRemove(store, id, false);
  try {
    await stopContainer(store, id, timeout);
  } finally {
    setAutoRemove(store, id, true);
  }
}

function setAutoRemove(store: Store, id: string, AutoRemove: boolean): void {
  using _ = lockContainer(store, id);
  writeHostConfig(containerPath(store, id), { ...readHostConfig(store, id), AutoRemove });
}

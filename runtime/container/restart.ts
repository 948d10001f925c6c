/** Restarting containers. */

import type { Store } from "../../storage/store.ts";
import { readContainer } from "../../storage/container/container_store.ts";
import { recordContainerEvent } from "./record_event.ts";
import { startDetached } from "./start_detached.ts";
import { stopContainer } from "./stop.ts";

/**
 * Stops a container, as stopContainer does, and starts it in the background; one that does not run is only started. Throws
 * StartError if its program cannot be started.
 */
export async function restartContainer(store: Store, id: string, timeout?: number): Promise<void> {
  await stopContainer(store, id, timeout);
  await startDetached(store, id);
  recordContainerEvent(store, readContainer(store, id), "restart");
}

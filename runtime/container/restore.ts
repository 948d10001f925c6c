/** After the host was restarted: what ran is recorded as ended, and what is to run again is started. */

import type { ContainerFile } from "../../storage/container/config.ts";
import {
  listContainerIds,
  readContainer,
  readContainerIfExists,
  readHostConfig,
} from "../../storage/container/container_store.ts";
import { EngineError } from "../../storage/errors.ts";
import type { Store } from "../../storage/store.ts";
import { isAlive } from "./process_identity.ts";
import { prepareForContainers } from "./repair.ts";
import { concludeUnwatched } from "./unwatched.ts";
import { shouldRestore } from "./restart_policy.ts";
import { startDetached } from "./start_detached.ts";
import { isAwaitingRestart } from "./state.ts";

export interface RestoreReceiver {
  /** A container was started. */
  started(container: ContainerFile): void;
  /** A container could not be started, or not even be read. */
  failed(id: string, error: EngineError): void;
}

/** Does what dockerd does when it starts. What runs is left alone, so that it can be repeated. */
export async function restoreContainers(store: Store, receiver: RestoreReceiver): Promise<void> {
  await prepareForContainers(store);
  for (const id of listContainerIds(store)) {
    try {
      await restore(store, id, receiver);
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      receiver.failed(id, error);
    }
  }
}

async function restore(store: Store, id: string, receiver: RestoreReceiver): Promise<void> {
  if (runs(readContainer(store, id))) return;
  await concludeUnwatched(store, id);
  const container = readContainerIfExists(store, id);
  if (container === undefined) return; // --rm: it was removed with its end
  if (runs(container) || !shouldRestore(container, readHostConfig(store, id))) return;
  await startDetached(store, id);
  receiver.started(container);
}

function runs(container: ContainerFile): boolean {
  return isAlive(container) || isAwaitingRestart(container);
}

/** Containers that have lost their monitor, and get one again from the next box command that meets them. */

import type { ContainerFile } from "../../../storage/container/config.ts";
import { readHostConfig } from "../../../storage/container/container_store.ts";
import { mountIdOf } from "../../../storage/container/staged_container.ts";
import { EngineError } from "../../../storage/errors.ts";
import { DirectoryLock } from "../../../storage/lock.ts";
import type { Store } from "../../../storage/store.ts";
import { hasNamedNetworks } from "../network_sockets.ts";
import { isAlive, keeperIsAlive } from "../process_identity.ts";
import { isAwaitingRestart } from "../state.ts";
import { needsMonitor } from "./need.ts";

/**
 * Whether a container that runs is in need of a monitor: for what it was started with, or to read what it writes into a pipe. One
 * that has ended is, as long as its keeper is there: its last words may still have to be read, and its end recorded.
 */
export function isInNeedOfMonitor(store: Store, container: ContainerFile): boolean {
  if (isAwaitingRestart(container)) return true;
  if (!keeperIsAlive(container)) return false;
  const { stdout, terminal } = container.BoxKeeper!.Descriptors;
  return !isAlive(container) || stdout !== undefined || terminal !== undefined ||
    hasNamedNetworks(container) ||
    needsMonitor(container.Config, readHostConfig(store, container.ID));
}

/** Sees to it that those of these containers get a monitor that need one and have none. For commands that only read. */
export async function watchAgain(
  store: Store,
  containers: readonly ContainerFile[],
): Promise<void> {
  const deadline = performance.now() + PATIENCE;
  while (containers.some((container) => isUnwatched(store, container))) {
    const { awakenMonitor } = await import("./background_client.ts"); // which seldom is needed
    if (await awakenMonitor(store) || performance.now() > deadline) return;
    // One that is just being started may have looked while the lock below was taken here, and ends for want of work.
    await new Promise((resolve) => setTimeout(resolve, RETRY));
  }
}

/** Milliseconds in which a monitor that was started by others has taken over what there is, and between two looks. */
const PATIENCE = 2000, RETRY = 10;

function isUnwatched(store: Store, container: ContainerFile): boolean {
  if (container.BoxKeeper === undefined && !container.State.Restarting) return false;
  try {
    // Whoever looks after a container holds this lock. Taken for a moment, it may keep a monitor from adopting this very
    // container; but then that monitor is asked to look again.
    const lock = DirectoryLock.tryTake(`${store.overlays}/${mountIdOf(store, container.ID)}`);
    lock?.[Symbol.dispose]();
    return lock !== undefined && isInNeedOfMonitor(store, container);
  } catch (error) {
    if (error instanceof EngineError) return false; // damaged, or removed meanwhile: others can be shown all the same
    throw error;
  }
}

/** Containers and builds without anybody who looks after them. */

import { listNames } from "../../ffi/directory.ts";
import { SystemError } from "../../ffi/errno.ts";
import { containerExists, readContainerIfExists } from "../../storage/container/container_store.ts";
import { mountIdOf } from "../../storage/container/staged_container.ts";
import { CorruptStoreError, EngineError, NotFoundError } from "../../storage/errors.ts";
import { readTextIfExists } from "../../storage/files.ts";
import { DirectoryLock } from "../../storage/lock.ts";
import { driverOf } from "../../storage/driver/driver.ts";
import type { Store } from "../../storage/store.ts";
import { clear } from "./clear.ts";
import { awakenMonitor } from "./monitor/background_client.ts";
import { isInNeedOfMonitor } from "./monitor/watch.ts";
import { isAlive, keeperIsAlive } from "./process_identity.ts";
import type { Adopt } from "./repair.ts";
import { isAwaitingRestart } from "./state.ts";

/**
 * Clears up after what has ended, or leaves it to `adopt` with the monitor's lock, which else is given back. Returns whether it
 * is to be looked at again.
 */
export async function clearUnwatched(
  store: Store,
  mountId: string,
  lock: DirectoryLock,
  adopt: Adopt,
): Promise<boolean> {
  const id = idOfMount(store, mountId);
  try {
    if (id !== undefined && isOrphan(store, id)) {
      adopt(id, mountId, lock);
      return false;
    }
    await clear(store, id, mountId, lock);
    lock[Symbol.dispose]();
    return id !== undefined && isOrphan(store, id);
  } catch (error) {
    // One container must not stand in the way of the others, nor of its own removal.
    if (error instanceof CorruptStoreError) driverOf(store).unmount(store, mountId);
    else if (!(error instanceof SystemError || error instanceof EngineError)) throw error;
    lock[Symbol.dispose]();
    return false;
  }
}

/** Starts the background monitor if one of these containers is in need of one. */
export async function provideMonitor(store: Store, ids: readonly string[]): Promise<void> {
  const inNeed = ids.some((id) => {
    const container = readContainerIfExists(store, id);
    return container !== undefined && isInNeedOfMonitor(store, container);
  });
  if (inNeed) await awakenMonitor(store);
}

/** Clears up after a container whose process is gone, unless a monitor is at it; one that is to be started again gets one. */
export async function concludeUnwatched(store: Store, id: string): Promise<void> {
  try {
    const mountId = mountIdOf(store, id);
    {
      using lock = DirectoryLock.tryTake(`${store.overlays}/${mountId}`);
      if (lock === undefined || isOrphan(store, id)) return;
      await clear(store, id, mountId, lock);
    }
    if (isOrphan(store, id)) await awakenMonitor(store);
  } catch (error) {
    if (!(error instanceof NotFoundError)) throw error; // removed by whoever was quicker
  }
}

function idOfMount(store: Store, mountId: string): string | undefined {
  const id = listNames(store.mounts)
    .find((each) => readTextIfExists(`${store.mounts}/${each}/mount-id`) === mountId);
  return id !== undefined && containerExists(store, id) ? id : undefined;
}

/** Whether a container without a monitor is in need of one. */
function isOrphan(store: Store, id: string): boolean {
  const container = readContainerIfExists(store, id);
  if (container === undefined) return false;
  return isAwaitingRestart(container) || isAlive(container) && keeperIsAlive(container);
}

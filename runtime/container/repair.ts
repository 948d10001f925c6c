/** What storage/sweep.ts cannot see: containers whose monitor was killed, and processes that a killed commit left frozen. */

import { listNames } from "../../ffi/directory.ts";
import { SystemError } from "../../ffi/errno.ts";
import type { ContainerFile } from "../../storage/container/config.ts";
import {
  containerExists,
  containerPath,
  readContainerIfExists,
} from "../../storage/container/container_store.ts";
import { FreezeNote } from "../../storage/container/freeze_note.ts";
import { mountIdOf } from "../../storage/container/staged_container.ts";
import { readTextIfExists } from "../../storage/files.ts";
import { CorruptStoreError, EngineError, NotFoundError } from "../../storage/errors.ts";
import { DirectoryLock } from "../../storage/lock.ts";
import { driverOf } from "../../storage/driver/driver.ts";
import type { Store } from "../../storage/store.ts";
import { prepareForWriting } from "../../storage/sweep.ts";
import { awakenMonitor } from "./monitor/background_client.ts";
import { isInNeedOfMonitor } from "./monitor/watch.ts";
import { isAlive, keeperIsAlive } from "./process_identity.ts";
import { cgroupOf } from "./processes.ts";
import { isAwaitingRestart } from "./state.ts";
import { sweepWithVolumes } from "./volumes.ts";

/** Every command that changes containers starts with it: the store's layout is made, and what crashes left is cleared away. */
export async function prepareForContainers(store: Store): Promise<void> {
  store.ensureLayout();
  await thawForgotten(store); // first of all, since what is frozen cannot be killed
  let inNeed = false;
  await clearMounted(store, (id, _mountId, lock) => {
    lock[Symbol.dispose]();
    const container = readContainerIfExists(store, id);
    inNeed ||= container !== undefined && isInNeedOfMonitor(store, container);
  });
  // After that, since it takes the overlays of killed builds, by which their control groups are found.
  await sweepWithVolumes(store, prepareForWriting(store));
  if (inNeed) await awakenMonitor(store);
}

/** Takes a container without a monitor, with the monitor's lock. */
type Adopt = (id: string, mountId: string, lock: DirectoryLock) => void;

/**
 * Clears up after all containers that have lost their monitor and have ended. Those that still live, or wait for their next
 * start, are left to `adopt`, with the monitor's lock.
 */
export async function clearMounted(
  store: Store,
  adopt: Adopt,
): Promise<void> {
  for (const mountId of driverOf(store).listMounted(store)) {
    // What has ended may have to be started again.
    while (await clearMount(store, mountId, adopt));
  }
}

/** Returns whether it is to be looked at again. */
async function clearMount(store: Store, mountId: string, adopt: Adopt): Promise<boolean> {
  // Whoever runs a container holds this lock as long as its root is mounted.
  const lock = DirectoryLock.tryTake(`${store.overlays}/${mountId}`);
  if (lock === undefined) return false;
  const id = idOfMount(store, mountId);
  try {
    if (id !== undefined && isOrphan(store, id)) {
      adopt(id, mountId, lock);
      return false;
    }
    const { clear } = await import("./clear.ts"); // for what seldom happens
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

/** Clears up after a container whose process is gone, unless a monitor is at it; one that is to be started again gets one. */
export async function concludeUnwatched(store: Store, id: string): Promise<void> {
  try {
    const mountId = mountIdOf(store, id);
    {
      using lock = DirectoryLock.tryTake(`${store.overlays}/${mountId}`);
      if (lock === undefined || isOrphan(store, id)) return;
      const { clear } = await import("./clear.ts");
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

async function thawForgotten(store: Store): Promise<void> {
  for (const note of FreezeNote.all(store)) {
    const { id } = note;
    using lock = DirectoryLock.tryTake(containerPath(store, id));
    if (lock === undefined && containerExists(store, id)) continue; // somebody is at it
    if (lock !== undefined) await thawUnlessPaused(store, id);
    note.forget();
  }
}

async function thawUnlessPaused(store: Store, id: string): Promise<void> {
  let container: ContainerFile | undefined;
  try {
    container = readContainerIfExists(store, id);
  } catch (error) {
    if (!(error instanceof CorruptStoreError)) throw error; // thawed, so that it can be ended
  }
  if (!container?.State.Paused) await cgroupOf(container ?? { ID: id })?.thaw();
}

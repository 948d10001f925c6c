/** What storage/sweep.ts cannot see: containers whose monitor was killed, and processes that a killed commit left frozen. */

import { FreezeNote } from "../../storage/container/freeze_note.ts";
import { DirectoryLock } from "../../storage/lock.ts";
import { driverOf } from "../../storage/driver/driver.ts";
import type { Store } from "../../storage/store.ts";
import { prepareForWriting } from "../../storage/sweep.ts";
import { sweepWithVolumes } from "./volumes.ts";

/**
 * Every command that changes containers starts with it: the store's layout is made, and what crashes left is cleared away. What
 * that takes is loaded when there is something.
 */
export async function prepareForContainers(store: Store): Promise<void> {
  store.ensureLayout();
  await thawForgotten(store); // first of all, since what is frozen cannot be killed
  const orphans: string[] = [];
  await clearMounted(store, (id, _mountId, lock) => {
    lock[Symbol.dispose]();
    orphans.push(id);
  });
  // After that, since it takes the overlays of killed builds, by which their control groups are found.
  await sweepWithVolumes(store, prepareForWriting(store));
  if (orphans.length === 0) return;
  const { provideMonitor } = await import("./unwatched.ts");
  await provideMonitor(store, orphans);
}

/** Takes a container without a monitor, with the monitor's lock. */
export type Adopt = (id: string, mountId: string, lock: DirectoryLock) => void;

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
  const { clearUnwatched } = await import("./unwatched.ts");
  return await clearUnwatched(store, mountId, lock, adopt);
}

async function thawForgotten(store: Store): Promise<void> {
  const notes = FreezeNote.all(store);
  if (notes.length === 0) return;
  const { thaw } = await import("./thaw_forgotten.ts");
  for (const note of notes) await thaw(store, note);
}

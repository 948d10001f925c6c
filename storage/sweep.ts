/** Clearing away what crashes left: whatever lies in a place for things in progress and is locked by nobody. */

import { AT } from "../ffi/constants.ts";
import { listNames, removeTree } from "../ffi/directory.ts";
import { sweepStepLocks } from "./build/step_lock.ts";
import { deleteStagedContainer, takesVolumesAlong } from "./container/staged_container.ts";
import { removeUnpublishedLayer } from "./layer/layer_store.ts";
import { endLease } from "./layer/lease.ts";
import { DirectoryLock } from "./lock.ts";
import type { Store } from "./store.ts";
import { sweepTemporaryDirectory } from "./temporary_directory.ts";

/**
 * Makes the store's layout if it is missing, and finishes what crashed commands began. Every command that writes starts with it.
 * Returns the ids of what is left of containers whose anonymous volumes go with them: for runtime/volume/sweep.ts.
 */
export function prepareForWriting(store: Store): string[] {
  store.ensureLayout();
  sweepLayers(store);
  const withVolumes = sweepTemporary(store);
  sweepStepLocks(store);
  return withVolumes;
}

function sweepLayers(store: Store): void {
  for (const name of listNames(store.layersInProgress)) {
    const path = `${store.layersInProgress}/${name}`;
    using lock = DirectoryLock.tryTake(path);
    if (lock === undefined) continue;
    if (name.startsWith("lease-")) {
      using _ = store.lockImages("exclusive");
      endLease(store, path);
    } else {
      removeUnpublishedLayer(store, path);
    }
  }
}

function sweepTemporary(store: Store): string[] {
  const withVolumes: string[] = [];
  for (const name of listNames(store.temporary)) {
    sweepTemporaryDirectory(store, name);
    if (/^volume-[a-f0-9]{16}$/.test(name)) sweepVolume(store, name);
    const id = /^container-([a-f0-9]{64})$/.exec(name)?.[1];
    if (id === undefined) continue; // dockerd's own, or a build's
    using lock = DirectoryLock.tryTake(`${store.temporary}/${name}`);
    if (lock === undefined) continue;
    if (takesVolumesAlong(store, id)) withVolumes.push(id);
    else deleteStagedContainer(store, id);
  }
  return withVolumes;
}

/** A volume is put together, and put aside to be removed, by who holds the lock on volumes: see storage/volume. */
function sweepVolume(store: Store, name: string): void {
  using lock = DirectoryLock.tryTake(store.volumes);
  if (lock !== undefined) removeTree(AT.FDCWD, `${store.temporary}/${name}`);
}

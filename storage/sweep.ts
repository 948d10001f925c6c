/** Clearing away what crashes left: whatever lies in a place for things in progress and is locked by nobody. */

import { listNames } from "../ffi/directory.ts";
import { sweepStepLocks } from "./build/step_lock.ts";
import { deleteStagedContainer } from "./container/staged_container.ts";
import { removeUnpublishedLayer } from "./layer/layer_store.ts";
import { endLease } from "./layer/lease.ts";
import { DirectoryLock } from "./lock.ts";
import type { Store } from "./store.ts";
import { sweepTemporaryDirectory } from "./temporary_directory.ts";

/** Makes the store's layout if it is missing, and finishes what crashed commands began. Every command that writes starts with it. */
export function prepareForWriting(store: Store): void {
  store.ensureLayout();
  sweepLayers(store);
  sweepTemporary(store);
  sweepStepLocks(store);
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

function sweepTemporary(store: Store): void {
  for (const name of listNames(store.temporary)) {
    sweepTemporaryDirectory(store, name);
    const id = /^container-([a-f0-9]{64})$/.exec(name)?.[1];
    if (id === undefined) continue; // dockerd's own, or a build's
    using lock = DirectoryLock.tryTake(`${store.temporary}/${name}`);
    if (lock !== undefined) deleteStagedContainer(store, id);
  }
}

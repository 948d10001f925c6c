/**
 * A lease keeps layers alive while no image or container names them yet: layerdb/tmp/lease-*, a locked directory with an
 * empty file for each chain id. The layers of a lease that nobody holds any more are what a crash left behind.
 */

import { AT } from "../../ffi/constants.ts";
import { removeTree } from "../../ffi/directory.ts";
import { makeDirectory } from "../../ffi/file.ts";
import { hexOf } from "../digest.ts";
import { CorruptStoreError } from "../errors.ts";
import { writeNewFile } from "../files.ts";
import { randomId } from "../id.ts";
import { DirectoryLock } from "../lock.ts";
import type { Store } from "../store.ts";
import { chainIdsOfLease, removeUnusedLayers } from "./garbage.ts";

export class LayerLease {
  private complete = false;

  private constructor(
    private readonly store: Store,
    readonly path: string,
    private readonly lock: DirectoryLock,
  ) {}

  static begin(store: Store): LayerLease {
    for (;;) {
      const path = `${store.layersInProgress}/lease-${randomId().slice(0, 16)}`;
      makeDirectory(AT.FDCWD, path, 0o755);
      const lock = DirectoryLock.tryTake(path);
      if (lock !== undefined) return new LayerLease(store, path, lock);
    }
  }

  /** Keeps a layer. Needs the image lock, at least shared, if the layer exists already. */
  hold(chainId: string): void {
    writeNewFile(`${this.path}/${hexOf(chainId)}`, "", { mode: 0o644 });
  }

  /** Says that an image or container names the layers now. */
  finish(): void {
    this.complete = true;
  }

  /** Ends the lease; layers that nothing names go with it unless it was finished. */
  [Symbol.dispose](): void {
    if (this.complete) {
      removeTree(AT.FDCWD, this.path);
    } else {
      using _ = this.store.lockImages("exclusive");
      endLease(this.store, this.path);
    }
    this.lock[Symbol.dispose]();
  }
}

/**
 * Removes a lease whose lock the caller has, and those of its layers, and of the layers below them, that nothing needs; returns
 * their chain ids. Where a damaged layer keeps it from being told which they are, all stay, and the lease with them for the
 * sweep after a repair: no command is to fail for what it has nothing to do with. Needs the exclusive image lock.
 */
export function endLease(store: Store, path: string): string[] {
  try {
    const removed = removeUnusedLayers(store, chainIdsOfLease(path), path);
    removeTree(AT.FDCWD, path); // last, so that a crash leaves it to be ended again
    return removed;
  } catch (error) {
    if (error instanceof CorruptStoreError) return [];
    throw error;
  }
}

/**
 * Takes away what needs layers, and then those of them, and of the layers below, that nothing needs any more; returns their
 * chain ids. A lease sees to it that a crash in between leaves no layer that nobody knows of. Needs the exclusive image lock.
 */
export function removeWithLayers(
  store: Store,
  layers: readonly string[],
  remove: () => void,
): string[] {
  // Not disposed of, which would wait for the lock that the caller has; the kernel drops the lease's own.
  const lease = LayerLease.begin(store);
  let removed: string[];
  try {
    for (const layer of layers) lease.hold(layer);
    remove();
  } finally {
    removed = endLease(store, lease.path);
  }
  return removed;
}

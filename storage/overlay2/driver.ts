/** overlay2: the kernel stacks the directories of layers. */

import { AT } from "../../ffi/constants.ts";
import { openDirectory } from "../../ffi/directory.ts";
import { close } from "../../ffi/file.ts";
import { statIfExists } from "../../ffi/stat.ts";
import { sizeOfFiles } from "../disk_usage.ts";
import type { StorageDriver } from "../driver/driver.ts";
import { MAX_DEPTH } from "../layer/layer_store.ts";
import type { Store } from "../store.ts";
import { listChanges } from "./changes.ts";
import {
  createOverlay,
  diffDirectories,
  lowerLinks,
  markCommitted,
  removeOverlay,
  stackOverlay,
  unstackOverlay,
} from "./directory.ts";
import { describeOverlay } from "./graph_driver.ts";
import { fillInitLayer } from "./init_layer.ts";
import { makeMissing } from "./make_missing.ts";
import {
  mergedPath,
  mountOverlay,
  mountOverlayMapped,
  mountOverlayPrivately,
  unmountOverlay,
} from "./mount.ts";
import { listMountedOverlays } from "./mounted.ts";

const diffOf = (store: Store, id: string) => `${store.overlays}/${id}/diff`;

export const overlay2: StorageDriver = {
  layerForm: "overlay",
  changesAreLayers: true,

  beginLayer(store, id) {
    createOverlay(store, id);
    return diffOf(store, id);
  },

  completeLayer(store, id, parentId) {
    if (parentId !== undefined) stackOverlay(store, id, parentId);
    markCommitted(store, id);
  },

  isTooDeep: (store, { cacheId }) => lowerLinks(store, cacheId).length + 1 >= MAX_DEPTH,

  remove(store, id) {
    unmountOverlay(store, id);
    removeOverlay(store, id);
    removeOverlay(store, `${id}-init`);
  },

  filesOf: diffOf,

  stackOf(store, id, parentId) {
    if (parentId === undefined) return [diffOf(store, id)];
    return [diffOf(store, id), ...diffDirectories(store, parentId)];
  },

  makeWritable(store, id, { isBegun, parentId, stubs }) {
    const initId = `${id}-init`;
    if (!isBegun) createOverlay(store, id);
    if (stubs === undefined) {
      if (parentId !== undefined) stackOverlay(store, id, parentId);
      return;
    }
    createOverlay(store, initId);
    if (parentId !== undefined) stackOverlay(store, initId, parentId);
    fillInitLayer(diffDirectories(store, initId));
    for (const stub of stubs) makeMissing(diffDirectories(store, initId), stub);
    markCommitted(store, initId);
    stackOverlay(store, id, initId);
  },

  unmakeWritable(store, id) {
    unstackOverlay(store, id);
    removeOverlay(store, `${id}-init`);
  },

  listChanges(store, id) {
    const [own, ...below] = diffDirectories(store, id);
    return listChanges(own, below);
  },

  async *packChanges(store, id, latest) {
    const { packTree } = await import("../layer/pack.ts"); // not needed by who only runs
    const upper = openDirectory(AT.FDCWD, diffOf(store, id));
    try {
      yield* packTree(upper, { form: "overlay", latest });
    } finally {
      close(upper);
    }
  },

  sizeOfChanges: (store, id) => sizeOfFiles(AT.FDCWD, diffOf(store, id)),

  mount: (store, id, { mapped, isPassing = false } = {}) =>
    mapped ? mountOverlayMapped(store, id, mapped) : mountOverlay(store, id, isPassing),
  unmount: unmountOverlay,
  mountPoint: mergedPath,
  listMounted: listMountedOverlays,

  isMounted(store, id) {
    const merged = mergedPath(store, id); // it is made for the mount, and removed with it
    const stat = statIfExists(AT.FDCWD, merged), around = statIfExists(AT.FDCWD, `${merged}/..`);
    return stat !== undefined && around !== undefined &&
      String(stat.device) !== String(around.device);
  },

  mountPrivately(store, id, access) {
    return lowerLinks(store, id).length === 0
      ? diffOf(store, id)
      : mountOverlayPrivately(store, id, access);
  },

  takesMount: (store, id) => lowerLinks(store, id).length > 0,

  describe: describeOverlay,
};

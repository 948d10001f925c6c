/** Several layers, one on top of the other, as one. */

import { O, RESOLVE } from "../../../ffi/constants.ts";
import { listNames, openDirectory, readEntries, removeTree } from "../../../ffi/directory.ts";
import { isErrno } from "../../../ffi/errno.ts";
import {
  close,
  type DirectoryFd,
  openAt2,
  setTimesOfFd,
  unlink,
  withFd,
} from "../../../ffi/file.ts";
import { isDirectory, statAt, statIfExists } from "../../../ffi/stat.ts";
import { layerTar } from "../../../storage/archive/layer_tar.ts";
import { LayerExtractor } from "../../../storage/layer/extract.ts";
import type { Layer } from "../../../storage/layer/layer_store.ts";
import type { LayerLease } from "../../../storage/layer/lease.ts";
import { baseOf, parentOf, pathOf } from "../../../storage/layer/name.ts";
import { TarReader } from "../../../storage/layer/tar/reader.ts";
import { isWhiteout, parseWhiteout } from "../../../storage/layer/whiteout.ts";
import { WorkingLayer } from "../../../storage/layer/working_layer.ts";
import { driverOf } from "../../../storage/driver/driver.ts";
import { openView } from "../../../storage/driver/view.ts";
import type { Store } from "../../../storage/store.ts";

/** Makes a layer on `base` of what the layers, lowest first, have made of it; undefined if that is nothing. */
export async function squashLayers(
  store: Store,
  lease: LayerLease,
  base: Layer | undefined,
  layers: readonly Layer[],
  latest?: number,
): Promise<Layer | undefined> {
  using working = new WorkingLayer(store, base);
  for (const layer of layers) await apply(store, layer, working.upper);
  const view = base && openView(store, base.cacheId);
  try {
    dropNeedlessWhiteouts(working.upper, view);
  } finally {
    if (view !== undefined) close(view);
  }
  return await working.publish(lease, latest);
}

/** Unpacks a layer over what those below it have left. */
async function apply(store: Store, layer: Layer, upper: DirectoryFd): Promise<void> {
  const form = driverOf(store).layerForm;
  const extractor = new LayerExtractor(upper, { form, conflicts: "replace" });
  const reader = new TarReader({
    raw() {},
    begin(header) {
      clearFor(upper, pathOf(header.name));
      extractor.begin(header);
    },
    content: (bytes) => extractor.content(bytes),
    finish: () => extractor.finish(),
  });
  try {
    for await (const chunk of layerTar(store, layer)) reader.write(chunk);
    reader.end();
    extractor.complete();
  } finally {
    extractor.close();
  }
}

/** Takes away what a whiteout of a higher layer hides. */
function clearFor(upper: DirectoryFd, path: string): void {
  const whiteout = parseWhiteout(baseOf(path));
  if (whiteout.kind !== "removed" && whiteout.kind !== "opaque") return;
  let directory: DirectoryFd;
  try {
    const resolve = RESOLVE.BENEATH | RESOLVE.NO_SYMLINKS;
    directory = openAt2(upper, parentOf(path) || ".", O.RDONLY | O.DIRECTORY, resolve);
  } catch (error) {
    if (isErrno(error, "ENOENT", "ENOTDIR", "ELOOP")) return; // nothing of the lower ones is there
    throw error;
  }
  withFd(directory, () => {
    const names = whiteout.kind === "removed"
      ? [whiteout.name]
      : listNames(`/proc/self/fd/${directory}`);
    for (const name of names) removeTree(directory, name);
  });
}

/** What the layers made and removed again needs no whiteout, and is not to be known of. */
function dropNeedlessWhiteouts(upper: DirectoryFd, base: DirectoryFd | undefined): void {
  const before = statAt(upper, "");
  for (const { name } of readEntries(upper)) {
    const stat = statAt(upper, name);
    const hidden = base === undefined ? undefined : statIfExists(base, name);
    if (isWhiteout(stat)) {
      if (hidden === undefined) unlink(upper, name);
      continue;
    }
    if (!isDirectory(stat)) continue;
    withFd(openDirectory(upper, name), (directory) => {
      if (hidden === undefined || !isDirectory(hidden)) {
        return dropNeedlessWhiteouts(directory, undefined);
      }
      withFd(openDirectory(base!, name), (below) => dropNeedlessWhiteouts(directory, below));
    });
  }
  setTimesOfFd(upper, before.accessed, before.modified);
}

/** Bringing layers to the disk that were published to be synced later. */

import { AT } from "../../ffi/constants.ts";
import { openDirectory } from "../../ffi/directory.ts";
import { close, syncFileSystemInPool } from "../../ffi/file.ts";
import type { Store } from "../store.ts";
import { type Layer, layerPath } from "./layer_store.ts";

/** Waits until the file system that a layer lies on has all bytes on its disk, and so those of the layers beside it. */
export async function syncLayer(store: Store, { chainId }: Layer): Promise<void> {
  const fd = openDirectory(AT.FDCWD, layerPath(store, chainId));
  try {
    await syncFileSystemInPool(fd);
  } finally {
    close(fd);
  }
}

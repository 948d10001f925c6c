/** The tar of a layer that lies in the store. */

import { AT, O } from "../../ffi/constants.ts";
import { openDirectory } from "../../ffi/directory.ts";
import { close, openAt } from "../../ffi/file.ts";
import { CorruptStoreError } from "../errors.ts";
import { driverOf } from "../driver/driver.ts";
import { type Layer, layerPath } from "../layer/layer_store.ts";
import type { ByteSource } from "../layer/source.ts";
import { assembledSize, type AssembleOptions, assembleTar } from "../layer/tar_split/assemble.ts";
import type { Store } from "../store.ts";

/** Its bytes as they were when it was loaded or made. */
export async function* layerTar(
  store: Store,
  { chainId, cacheId }: Layer,
  options?: AssembleOptions,
): ByteSource {
  const tarSplit = openTarSplit(store, chainId);
  try {
    const diff = openDirectory(AT.FDCWD, driverOf(store).filesOf(store, cacheId));
    try {
      yield* assembleTar(tarSplit, diff, options);
    } finally {
      close(diff);
    }
  } catch (error) {
    throw located(error, store, chainId);
  } finally {
    close(tarSplit);
  }
}

/** How many bytes that are. */
export async function layerTarSize(store: Store, { chainId }: Layer): Promise<number> {
  const tarSplit = openTarSplit(store, chainId);
  try {
    return await assembledSize(tarSplit);
  } catch (error) {
    throw located(error, store, chainId);
  } finally {
    close(tarSplit);
  }
}

/** Says which layer's record it is that was found damaged. */
function located(error: unknown, store: Store, chainId: string): unknown {
  return error instanceof CorruptStoreError
    ? new CorruptStoreError(`${layerPath(store, chainId)}: ${error.message}`)
    : error;
}

function openTarSplit(store: Store, chainId: string): number {
  return openAt(AT.FDCWD, `${layerPath(store, chainId)}/tar-split.json.gz`, O.RDONLY | O.NOFOLLOW);
}

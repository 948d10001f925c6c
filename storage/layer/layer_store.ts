/** layerdb: the layers that are complete, each named by its chain id (OCI image spec, "Layer ChainID"). */

import { AT } from "../../ffi/constants.ts";
import { listNames, removeTree } from "../../ffi/directory.ts";
import { rename } from "../../ffi/file.ts";
import { statIfExists } from "../../ffi/stat.ts";
import { DIGEST, hexOf, isDigest, sha256 } from "../digest.ts";
import { CorruptStoreError, NotFoundError } from "../errors.ts";
import { readTextIfExists } from "../files.ts";
import { randomId } from "../id.ts";
import { driverOf } from "../driver/driver.ts";
import type { Store } from "../store.ts";

export interface Layer {
  readonly chainId: string;
  readonly diffId: string;
  /** The name of its directory below overlay2, or vfs/dir. */
  readonly cacheId: string;
  /** The chain id of the layer below. */
  readonly parent?: string;
  /** Bytes in regular files. */
  readonly size: number;
}

/** Layers that an image can have: docker's limit, which leaves room below overlay2's own of 128. */
export const MAX_DEPTH = 125;

/** The diff id of a tar without entries: 1024 zero bytes. */
export const EMPTY_LAYER =
  "sha256:5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef";

/** sha256 of "<parent chain> <diff id>"; the lowest layer's chain id is its diff id. */
export async function chainIdOf(parent: string | undefined, diffId: string): Promise<string> {
  return parent === undefined ? diffId : await sha256(`${parent} ${diffId}`);
}

/** The chain ids of a whole image, lowest first. */
export async function chainIdsOf(diffIds: readonly string[]): Promise<string[]> {
  const chain: string[] = [];
  for (const diffId of diffIds) chain.push(await chainIdOf(chain.at(-1), diffId));
  return chain;
}

/** The directory of a layer in layerdb. */
export function layerPath(store: Store, chainId: string): string {
  return `${store.layers}/${hexOf(chainId)}`;
}

export function layerExists(store: Store, chainId: string): boolean {
  return statIfExists(AT.FDCWD, layerPath(store, chainId)) !== undefined;
}

/** A layer by its chain id. */
export function readLayer(store: Store, chainId: string): Layer {
  const path = layerPath(store, chainId);
  const read = (name: string, form: RegExp): string => {
    const text = readTextIfExists(`${path}/${name}`);
    if (text !== undefined && form.test(text)) return text;
    if (!layerExists(store, chainId)) throw new NotFoundError(`layer does not exist: ${chainId}`);
    throw new CorruptStoreError(`${path}/${name} is ${text === undefined ? "missing" : "damaged"}`);
  };
  return {
    chainId,
    cacheId: read("cache-id", /^[a-z0-9-]+$/),
    diffId: read("diff", DIGEST),
    size: Number(read("size", /^[0-9]{1,15}$/)),
    parent: parentOfLayer(store, chainId),
  };
}

/** The chain id of the layer below a layer. */
export function parentOfLayer(store: Store, chainId: string): string | undefined {
  const file = `${layerPath(store, chainId)}/parent`, parent = readTextIfExists(file);
  if (parent === undefined || isDigest(parent)) return parent;
  throw new CorruptStoreError(`${file} is damaged`);
}

/** A layer and all below it, topmost first. */
export function readLayerChain(store: Store, chainId: string): Layer[] {
  return chainIdsFrom(store, chainId).map((each) => readLayer(store, each));
}

/** The chain ids of a layer and all below it, topmost first. */
export function chainIdsFrom(store: Store, chainId: string): string[] {
  const chain = new Set<string>();
  for (let next: string | undefined = chainId; next !== undefined;) {
    if (chain.has(next)) {
      throw new CorruptStoreError(`${layerPath(store, next)} is a layer below itself`);
    }
    chain.add(next);
    next = parentOfLayer(store, next);
  }
  return [...chain];
}

/** Bytes in regular files of a layer and all below it. */
export function sizeOfChain(store: Store, chainId: string | undefined): number {
  return chainId === undefined
    ? 0
    : readLayerChain(store, chainId).reduce((sum, layer) => sum + layer.size, 0);
}

/** Chain ids of all layers. */
export function listLayers(store: Store): string[] {
  return listNames(store.layers).filter((name) => /^[a-f0-9]{64}$/.test(name))
    .map((name) => `sha256:${name}`);
}

/**
 * Removes a layer: the rename takes it out of layerdb at once, and what is left in layerdb/tmp names all that is still to
 * be deleted, so that the next sweep finishes a removal that is cut short. Needs the exclusive image lock.
 */
export function removeLayer(store: Store, chainId: string): void {
  const doomed = `${store.layersInProgress}/removing-${randomId().slice(0, 16)}`;
  rename(AT.FDCWD, layerPath(store, chainId), AT.FDCWD, doomed);
  removeUnpublishedLayer(store, doomed);
}

/** Deletes a layer directory that layerdb does not show, together with the files it names, and what a build has below that. */
export function removeUnpublishedLayer(store: Store, path: string): void {
  const cacheId = readTextIfExists(`${path}/cache-id`);
  if (cacheId && /^[a-z0-9-]+$/.test(cacheId)) driverOf(store).remove(store, cacheId);
  removeTree(AT.FDCWD, path);
}

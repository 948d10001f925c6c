/** Which layers nothing needs any more. */

import { listNames } from "../../ffi/directory.ts";
import { chainIdsOfCache } from "../build/cache_store.ts";
import { isDigest } from "../digest.ts";
import { readTextIfExists } from "../files.ts";
import { listImageIds, readImageConfigIfIntact } from "../image/image_store.ts";
import type { Store } from "../store.ts";
import { chainIdsFrom, layerExists, readLayerChain, removeLayer } from "./layer_store.ts";

/**
 * Removes those of the given layers, and of the layers below them, that no image, container, lease or build cache uses. Returns the
 * chain ids that were removed, topmost first. The path of a lease that is to count for nothing may be given. Needs the exclusive
 * image lock. Throws CorruptStoreError, and removes nothing, if a damaged layer hides what it stands on and that matters.
 */
export function removeUnusedLayers(
  store: Store,
  chainIds: readonly string[],
  ignoredLease?: string,
): string[] {
  const candidates = new Map<string, string>(); // chain id -> its layers' diff ids, lowest first
  for (const chainId of chainIds) {
    if (!layerExists(store, chainId)) continue;
    const chain = readLayerChain(store, chainId);
    chain.forEach((layer, i) => candidates.set(layer.chainId, stackKey(chain.slice(i).reverse())));
  }
  if (candidates.size === 0) return [];

  const usedByImages = stacksOfImages(store);
  const doubtful = [...candidates].filter(([, stack]) => !usedByImages.has(stack));
  if (doubtful.length === 0) return []; // as mostly; what containers use need not be followed then
  const usedOtherwise = new Set([
    ...chainIdsOfContainers(store),
    ...chainIdsOfLeases(store, ignoredLease),
    ...chainIdsOfCache(store).flatMap((chainId) => withLayersBelow(store, chainId)),
  ]);
  // A layer before what it stands on: a crash in between must not leave one that stands on nothing.
  const removed = doubtful.sort(([, a], [, b]) => b.length - a.length)
    .map(([chainId]) => chainId).filter((chainId) => !usedOtherwise.has(chainId));
  for (const chainId of removed) removeLayer(store, chainId);
  return removed;
}

function stackKey(layers: readonly { diffId: string }[]): string {
  return layers.map((layer) => layer.diffId).join(" ");
}

/**
 * The stack of layers below each layer of each image, itself included. Comparing them needs no hashing. An image whose
 * configuration is damaged is lost, and needs none.
 */
function stacksOfImages(store: Store): Set<string> {
  const stacks = new Set<string>();
  for (const id of listImageIds(store)) {
    let stack = "";
    for (const diffId of readImageConfigIfIntact(store, id)?.rootfs.diff_ids ?? []) {
      stack += stack ? " " + diffId : diffId;
      stacks.add(stack);
    }
  }
  return stacks;
}

function chainIdsOfContainers(store: Store): string[] {
  return listNames(store.mounts).flatMap((id) => {
    const parent = readTextIfExists(`${store.mounts}/${id}/parent`);
    return isDigest(parent) ? withLayersBelow(store, parent) : [];
  });
}

function chainIdsOfLeases(store: Store, ignored: string | undefined): string[] {
  return listNames(store.layersInProgress)
    .filter((name) => name.startsWith("lease-"))
    .map((name) => `${store.layersInProgress}/${name}`)
    .filter((path) => path !== ignored)
    .flatMap(chainIdsOfLease)
    .flatMap((chainId) => withLayersBelow(store, chainId));
}

function withLayersBelow(store: Store, chainId: string): string[] {
  return layerExists(store, chainId) ? chainIdsFrom(store, chainId) : [];
}

/** Chain ids that a lease holds. */
export function chainIdsOfLease(path: string): string[] {
  return listNames(path).map((name) => `sha256:${name}`);
}

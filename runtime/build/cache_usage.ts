/** What builds keep in the store, how much that is, and taking it away. */

import { AT } from "../../ffi/constants.ts";
import {
  type CacheEntry,
  listCacheEntries,
  readCacheRecord,
  removeCacheRecord,
  sweepCache,
} from "../../storage/build/cache_store.ts";
import {
  cacheMountPath,
  listCacheMounts,
  removeCacheMount,
} from "../../storage/build/cache_mounts.ts";
import { hexOf } from "../../storage/digest.ts";
import { sizeOfFiles } from "../../storage/disk_usage.ts";
import { InvalidError } from "../../storage/errors.ts";
import { type Filter, Filters } from "../../storage/filter.ts";
import { listImageIds, readImageConfigIfIntact } from "../../storage/image/image_store.ts";
import {
  chainIdsOf,
  layerExists,
  readLayer,
  readLayerChain,
} from "../../storage/layer/layer_store.ts";
import { removeWithLayers } from "../../storage/layer/lease.ts";
import type { Store } from "../../storage/store.ts";
import { statIfExists } from "../../ffi/stat.ts";
import { compareTimes, formatTime } from "../../storage/time.ts";
import { parseTimeOption } from "../time_option.ts";
import { prepareForContainers } from "../container/repair.ts";

/** Something that builds keep: what a step made, or a directory of `RUN --mount=type=cache`. */
export interface CacheObject {
  /** 64 digits, perhaps with a number. */
  readonly id: string;
  readonly kind: "regular" | "exec.cachemount";
  readonly description: string;
  /** Bytes in files. */
  readonly size: number;
  /** Whether an image needs the layer, too: then pruning frees nothing. */
  readonly isShared: boolean;
  /** RFC 3339 */
  readonly lastUsed: string;
}

export interface PrunedCache {
  readonly deleted: readonly string[];
  /** Bytes. */
  readonly reclaimed: number;
}

/** All that builds keep, the most recently used first. */
export async function listCacheObjects(store: Store): Promise<CacheObject[]> {
  const shared = await layersOfImages(store);
  const counted = new Set<string>();
  const steps = listCacheEntries(store).map((entry) => {
    const step = describeStep(store, entry, shared), { chainId } = entry;
    if (chainId === undefined || !counted.has(chainId)) {
      if (chainId !== undefined) counted.add(chainId);
      return step;
    }
    return { ...step, size: 0 }; // another key of the same step
  });
  const mounts = listCacheMounts(store).map((name): CacheObject => {
    const path = cacheMountPath(store, name), stat = statIfExists(AT.FDCWD, path);
    return {
      id: name,
      kind: "exec.cachemount",
      description: "cached mount",
      size: sizeOfFiles(AT.FDCWD, path),
      isShared: false,
      lastUsed: formatTime(stat?.modified.seconds ?? 0, 0),
    };
  });
  return [...steps, ...mounts].sort((a, b) => compareTimes(b.lastUsed, a.lastUsed));
}

/** The build cache in `system df`. */
export interface CacheUsage {
  readonly count: number;
  /** How many are in use; what a build uses is locked only while it does. */
  readonly active: number;
  /** Bytes that are nobody else's: what images share is counted with the images, as docker does. */
  readonly size: number;
  /** Bytes that pruneBuildCache() without `all` frees. */
  readonly reclaimable: number;
}

export async function buildCacheUsage(store: Store): Promise<CacheUsage> {
  const objects = await listCacheObjects(store);
  const size = objects.reduce((sum, each) => sum + (each.isShared ? 0 : each.size), 0);
  return { count: objects.length, active: 0, size, reclaimable: size };
}

function describeStep(
  store: Store,
  { key, chainId, description, lastUsed }: CacheEntry,
  shared: ReadonlySet<string>,
): CacheObject {
  const exists = chainId !== undefined && layerExists(store, chainId);
  return {
    id: hexOf(key),
    kind: "regular",
    description,
    size: exists ? readLayer(store, chainId).size : 0,
    isShared: exists && shared.has(chainId),
    lastUsed: formatTime(lastUsed, 0),
  };
}

/** Chain ids of the layers that images consist of. */
async function layersOfImages(store: Store): Promise<Set<string>> {
  const chains = listImageIds(store).map((id) =>
    chainIdsOf(readImageConfigIfIntact(store, id)?.rootfs.diff_ids ?? [])
  );
  return new Set((await Promise.all(chains)).flat());
}

/**
 * Forgets what builds keep, and removes the layers that nothing else needs. Unless `all`, what images share is spared. Filters:
 * `until` and `unused-for`, the time before which something must have been used last. InvalidError for others.
 */
export async function pruneBuildCache(
  store: Store,
  { all, filters }: { readonly all: boolean; readonly filters: readonly Filter[] },
): Promise<PrunedCache> {
  const isOld = ageTest(filters);
  await prepareForContainers(store);
  const wanted = (await listCacheObjects(store)).filter((each) =>
    isOld(each) && (all || !each.isShared)
  );
  const deleted: string[] = [];
  let reclaimed = 0;
  for (const { id, kind, size } of wanted) {
    if (kind === "exec.cachemount") {
      if (!removeCacheMount(store, id)) continue; // in use
      reclaimed += size;
    } else {
      reclaimed += removeStep(store, `sha256:${id}`);
    }
    deleted.push(id);
  }
  sweepCache(store);
  return { deleted, reclaimed };
}

/** Returns the bytes of the layers that went with it. */
function removeStep(store: Store, key: string): number {
  using _ = store.lockImages("exclusive");
  const chainId = readCacheRecord(store, key)?.chainId;
  if (chainId === undefined || !layerExists(store, chainId)) {
    removeCacheRecord(store, key);
    return 0;
  }
  // Those below go, too, if nothing else stands on them.
  const sizes = new Map(readLayerChain(store, chainId).map((each) => [each.chainId, each.size]));
  const removed = removeWithLayers(store, [chainId], () => removeCacheRecord(store, key));
  return removed.reduce((sum, each) => sum + (sizes.get(each) ?? 0), 0);
}

function ageTest(conditions: readonly Filter[]): (object: CacheObject) => boolean {
  const filters = new Filters(conditions, ["until", "unused-for"]);
  const [limit, another] = [...filters.get("until"), ...filters.get("unused-for")];
  if (another !== undefined) throw new InvalidError("more than one until filter specified");
  if (limit === undefined) return () => true;
  const time = parseTimeOption(limit);
  return ({ lastUsed }) => compareTimes(lastUsed, time) <= 0;
}

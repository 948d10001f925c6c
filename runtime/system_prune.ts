/** Removing all that nobody uses. */

import type { Filter } from "../storage/filter.ts";
import type { Removal } from "../storage/image/remove.ts";
import type { Store } from "../storage/store.ts";
import { pruneBuildCache } from "./build/cache_usage.ts";
import { pruneContainers } from "./container/prune.ts";
import { pruneImages } from "./image/prune.ts";
import { pruneNetworks } from "./network/remove.ts";
import { pruneVolumes } from "./volume/prune.ts";

export interface SystemPruneRequest {
  /** Also images with a name, and steps of builds that are in an image. */
  readonly all: boolean;
  readonly volumes: boolean;
  /** `until`, `label` and `label!`; a volume has no `until`. */
  readonly filters: readonly Filter[];
}

export interface PrunedSystem {
  readonly containers: readonly string[];
  readonly networks: readonly string[];
  readonly volumes: readonly string[];
  readonly images: readonly Removal[];
  readonly buildCache: readonly string[];
  /** Bytes. */
  readonly reclaimed: number;
  /** What could not be read or removed, and why. */
  readonly problems: readonly string[];
}

/** In docker's order: what containers needed can go after them. Throws InvalidError for filters that do not exist. */
export async function pruneSystem(
  store: Store,
  { all, volumes: withVolumes, filters }: SystemPruneRequest,
): Promise<PrunedSystem> {
  const containers = await pruneContainers(store, filters);
  const networks = await pruneNetworks(store, filters);
  const volumes = withVolumes
    ? pruneVolumes(store, filters)
    : { deleted: [], reclaimed: 0, problems: [] };
  const images = await pruneImages(store, { all, filters });
  // What a step of a build made has no labels.
  const hasLabels = filters.some(({ name }) => name !== "until");
  const cache = hasLabels
    ? { deleted: [], reclaimed: 0 }
    : await pruneBuildCache(store, { all, filters });
  return {
    containers: containers.deleted,
    networks,
    volumes: volumes.deleted,
    images: images.removals,
    buildCache: cache.deleted,
    reclaimed: containers.reclaimed + volumes.reclaimed + images.reclaimed + cache.reclaimed,
    problems: [...containers.problems, ...volumes.problems, ...images.problems],
  };
}

/** Removing all volumes that no container uses. */

import { SystemError } from "../../ffi/errno.ts";
import { ConflictError, EngineError, NotFoundError } from "../../storage/errors.ts";
import type { Filter } from "../../storage/filter.ts";
import { pruneFilters } from "../prune_filters.ts";
import { recordPruneEvent } from "../record_prune.ts";
import type { Store } from "../../storage/store.ts";
import { prepareForWriting } from "../../storage/sweep.ts";
import { readVolumeUses } from "../../storage/volume/uses.ts";
import { readVolumes } from "./list.ts";
import { deleteVolume, sizeOfVolume } from "./remove.ts";

export interface PrunedVolumes {
  /** Names. */
  readonly deleted: readonly string[];
  /** Bytes that were in their files. */
  readonly reclaimed: number;
  /** What could not be read or removed, and why. */
  readonly problems: readonly string[];
}

/**
 * Filters: `label` and `label!`. Throws InvalidError for others. As in docker, a volume with options stays: what it holds is
 * not the store's.
 */
export function pruneVolumes(store: Store, conditions: readonly Filter[]): PrunedVolumes {
  const { isWanted } = pruneFilters(conditions, ["label", "label!"]);
  prepareForWriting(store);
  const { volumes, problems } = readVolumes(store), uses = readVolumeUses(store);
  // Of a container that cannot be read nobody knows what it uses.
  if (uses.problems.length > 0) return { deleted: [], reclaimed: 0, problems: uses.problems };
  const deleted: string[] = [];
  let reclaimed = 0;
  for (const { name, labels, options } of volumes) {
    if (options !== null || uses.of(name).length > 0 || !isWanted({ labels })) continue;
    try {
      const size = sizeOfVolume(store, name);
      deleteVolume(store, name);
      reclaimed += size;
      deleted.push(name);
    } catch (error) {
      // Taken into use or removed by somebody else meanwhile.
      if (error instanceof NotFoundError) continue;
      if (error instanceof ConflictError && error.message.includes("in use")) continue;
      if (!(error instanceof EngineError || error instanceof SystemError)) throw error;
      problems.push(`failed to prune volume ${name}: ${error.message}`);
    }
  }
  recordPruneEvent(store, "volume", reclaimed);
  return { deleted, reclaimed, problems };
}

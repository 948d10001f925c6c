/** Removing images that nobody needs. */

import { SystemError } from "../../ffi/errno.ts";
import { readContainers } from "../../storage/container/container_store.ts";
import { hexOf } from "../../storage/digest.ts";
import { ConflictError, EngineError, InvalidError, NotFoundError } from "../../storage/errors.ts";
import type { Filter, Filters } from "../../storage/filter.ts";
import { readImageConfigIfIntact } from "../../storage/image/image_store.ts";
import { type ImageSummary, listImages } from "../../storage/image/list.ts";
import { type Removal, removeImage } from "../../storage/image/remove.ts";
import { listLayers, readLayer } from "../../storage/layer/layer_store.ts";
import type { Store } from "../../storage/store.ts";
import { isAlive } from "../container/process_identity.ts";
import { pruneFilters } from "../prune_filters.ts";
import { recordPruneEvent } from "../record_prune.ts";

export interface PruneImagesRequest {
  /** Also images with a name, if no container was made of them. */
  readonly all: boolean;
  /** `dangling`, `label`, `label!` and `until`, the time up to which images were made. */
  readonly filters: readonly Filter[];
}

export interface PrunedImages {
  readonly removals: readonly Removal[];
  /** Bytes in the files of the layers that are gone. */
  readonly reclaimed: number;
  /** What could not be read or removed, and why. */
  readonly problems: readonly string[];
}

/** Throws InvalidError for filters that do not exist. */
export async function pruneImages(
  store: Store,
  { all, filters: conditions }: PruneImagesRequest,
): Promise<PrunedImages> {
  const known = ["dangling", "label", "label!", "until"];
  const { filters, isWanted } = pruneFilters(conditions, known);
  const onlyDangling = !all && dangling(filters);
  const { images, problems: unreadable } = listImages(store, { all: false, filters: [] });
  const used = new Set(readContainers(store).containers.map(({ Image }) => Image));
  const sizes = layerSizes(store);
  const removals: Removal[] = [], problems = [...unreadable];
  for (const image of images) { // the youngest first, so that nothing else stands on what follows
    if (used.has(image.id) || onlyDangling && image.tags.length > 0) continue;
    const labels = readImageConfigIfIntact(store, image.id)?.config?.Labels;
    if (!isWanted({ labels, created: image.created })) continue;
    for (const words of wordsFor(image)) {
      removals.push(...await removeIfUnused(store, words, problems));
    }
  }
  const reclaimed = removals.reduce((sum, removal) => sum + sizeOf(removal, sizes), 0);
  recordPruneEvent(store, "image", reclaimed);
  return { removals, reclaimed, problems };
}

/** Whether only images without a tag are meant, as they are unless the opposite is said. */
function dangling(filters: Filters): boolean {
  const values = filters.get("dangling");
  if (values.length === 0) return true;
  if (values.some((value) => value === "false" || value === "0")) return false;
  if (values.some((value) => value === "true" || value === "1")) return true;
  throw new InvalidError(`Invalid filter 'dangling=[${values.join(" ")}]'`);
}

/** An image goes with the last of its names. */
function wordsFor({ id, tags, digests }: ImageSummary): readonly string[] {
  const names = [...tags, ...digests];
  return names.length > 0 ? names : [hexOf(id)];
}

async function removeIfUnused(store: Store, words: string, problems: string[]): Promise<Removal[]> {
  try {
    return await removeImage(store, words, { force: false, prune: true, isRunning: isAlive });
  } catch (error) {
    // Something else needs it, or somebody else was first.
    if (error instanceof ConflictError || error instanceof NotFoundError) return [];
    if (!(error instanceof EngineError || error instanceof SystemError)) throw error;
    problems.push(`failed to prune image ${words}: ${error.message}`);
    return [];
  }
}

/** Bytes of every layer, known before it goes; of one whose files are damaged nothing is known. */
function layerSizes(store: Store): Map<string, number> {
  return new Map(
    listLayers(store).flatMap((chainId) => {
      try {
        return [[chainId, readLayer(store, chainId).size] as const];
      } catch (error) {
        if (error instanceof EngineError || error instanceof SystemError) return [];
        throw error;
      }
    }),
  );
}

function sizeOf(removal: Removal, sizes: ReadonlyMap<string, number>): number {
  return "deleted" in removal ? sizes.get(removal.deleted) ?? 0 : 0;
}

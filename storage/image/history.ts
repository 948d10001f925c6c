/** How an image came to be, step by step. */

import { chainIdsOf, readLayer } from "../layer/layer_store.ts";
import type { Store } from "../store.ts";
import { ZERO_TIME } from "../time.ts";
import { imageExists, parentOf, readImageConfig } from "./image_store.ts";
import { Repositories } from "./repositories.ts";

export interface HistoryStep {
  /** The image that this step made here, if it is known. */
  readonly id: string | undefined;
  /** RFC 3339 */
  readonly created: string;
  readonly createdBy: string;
  /** Bytes in regular files of the step's layer. */
  readonly size: number;
  readonly comment: string;
  readonly tags: readonly string[];
}

/** The steps of an image, the last one first. */
export async function imageHistory(store: Store, id: string): Promise<HistoryStep[]> {
  const config = readImageConfig(store, id);
  const chainIds = await chainIdsOf(config.rootfs.diff_ids ?? []);
  const repositories = Repositories.read(store);
  let layer = 0;
  const steps = (config.history ?? []).map((entry) => {
    const chainId = entry.empty_layer ? undefined : chainIds[layer++];
    return {
      created: entry.created ?? ZERO_TIME,
      createdBy: entry.created_by ?? "",
      size: chainId === undefined ? 0 : readLayer(store, chainId).size,
      comment: entry.comment ?? "",
    };
  });
  let image: string | undefined = id;
  return steps.reverse().map((step) => {
    const named = { ...step, id: image, tags: image ? repositories.namesOf(image).tags : [] };
    image = image && existingParentOf(store, image);
    return named;
  });
}

/** A parent that was removed since leaves its id behind. */
function existingParentOf(store: Store, id: string): string | undefined {
  const parent = parentOf(store, id);
  return parent !== undefined && imageExists(store, parent) ? parent : undefined;
}

/** What an image tells of the steps that its layers came from. */

import { isDigest } from "../../../storage/digest.ts";
import type {
  HistoryEntry,
  ImageConfig,
  InlineCacheRecord,
} from "../../../storage/image/config.ts";
import { resolveImage } from "../../../storage/image/image_store.ts";
import { chainIdsOf, layerExists, readLayer } from "../../../storage/layer/layer_store.ts";
import type { LayerLease } from "../../../storage/layer/lease.ts";
import type { Store } from "../../../storage/store.ts";
import type { CacheQuery } from "./cache_import.ts";
import type { StageState } from "./state.ts";
import type { RestoredStep } from "./step_cache.ts";

/**
 * An image of the store as a source of layers: by the keys that a build with `--cache-to type=inline` has noted in it, and else by
 * its history, as docker's classic builder has it: the same layers and the same history so far, and then the same step. History
 * knows nothing of the files that were copied, so this is for RUN and WORKDIR; a COPY of the same files makes the same layer.
 */
export class ImageCache {
  private constructor(
    private readonly store: Store,
    private readonly lease: LayerLease,
    private readonly image: ImageConfig,
    /** Of its layers, lowest first. */
    private readonly chainIds: readonly string[],
    private readonly records: ReadonlyMap<string, InlineCacheRecord>,
  ) {}

  /** Throws NotFoundError if the store has no such image. */
  static async open(store: Store, lease: LayerLease, reference: string): Promise<ImageCache> {
    const { config } = resolveImage(store, reference);
    const chainIds = await chainIdsOf(config.rootfs.diff_ids ?? []);
    const records = config["box.buildcache.v1"];
    const valid = Array.isArray(records) ? records.filter(isInlineRecord) : [];
    return new ImageCache(
      store,
      lease,
      config,
      chainIds,
      new Map(valid.map((each) => [each.key, each])),
    );
  }

  restore({ key, state, step }: CacheQuery): RestoredStep | undefined {
    const record = this.records.get(key);
    if (record !== undefined) return this.#layer(record.layer, record.created, state);
    return step.isToldByHistory ? this.#fromHistory(state, step.historyText) : undefined;
  }

  #fromHistory(state: StageState, text: string): RestoredStep | undefined {
    const { history = [], rootfs } = this.image, entry = history[state.history.length];
    const isSame = entry?.created_by === text && entry.created !== undefined &&
      state.history.every((each, index) => isSameStep(each, history[index])) &&
      state.diffIds.every((each, index) => each === rootfs.diff_ids?.[index]);
    if (!isSame) return undefined;
    return this.#layer(entry.empty_layer ? undefined : state.diffIds.length, entry.created!, state);
  }

  /** Only a layer that lies right on the stage's is what a step on that has made. */
  #layer(
    index: number | undefined,
    created: string,
    state: StageState,
  ): RestoredStep | undefined {
    if (index === undefined) return { layer: undefined, created };
    const chainId = this.chainIds[index];
    if (chainId === undefined || this.chainIds[index - 1] !== state.layer?.chainId) {
      return undefined;
    }
    using _ = this.store.lockImages("shared");
    if (!layerExists(this.store, chainId)) return undefined;
    this.lease.hold(chainId);
    return { layer: readLayer(this.store, chainId), created };
  }
}

function isSameStep(a: HistoryEntry, b: HistoryEntry): boolean {
  return a.created_by === b.created_by && Boolean(a.empty_layer) === Boolean(b.empty_layer);
}

export function isInlineRecord(value: unknown): value is InlineCacheRecord {
  const { key, created, layer } = (value ?? {}) as Partial<InlineCacheRecord>;
  return isDigest(key) && typeof created === "string" &&
    (layer === undefined || Number.isSafeInteger(layer));
}

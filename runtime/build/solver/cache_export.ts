/** --cache-to: what the steps of a build have led to, for builds elsewhere. */

import type { CacheRecord } from "../../../storage/build/cache_store.ts";
import { writeCacheDirectory } from "../../../storage/build/write_cache_directory.ts";
import type { InlineCacheRecord } from "../../../storage/image/config.ts";
import { chainIdsOf } from "../../../storage/layer/layer_store.ts";
import { registryAccess } from "./registry_access.ts";
import type { CacheTarget } from "./request.ts";
import type { BuildSession } from "./session.ts";
import type { StageState } from "./state.ts";

type Records = ReadonlyMap<string, CacheRecord>;

/** Steps whose layers the result consists of, and those that changed nothing. */
async function recordsOf(state: StageState, used: Records): Promise<[string, CacheRecord][]> {
  const layers = new Set(await chainIdsOf(state.diffIds));
  return [...used].filter(([, { chainId }]) => chainId === undefined || layers.has(chainId));
}

/** What the image is to say of itself; the same for the same build. */
export async function inlineCacheOf(
  state: StageState,
  used: Records,
): Promise<InlineCacheRecord[]> {
  const chainIds = await chainIdsOf(state.diffIds);
  const records = (await recordsOf(state, used)).map(([key, { chainId, created }]) => ({
    key,
    created,
    ...(chainId !== undefined && { layer: chainIds.indexOf(chainId) }),
  }));
  return records.sort((a, b) => (a.layer ?? -1) - (b.layer ?? -1) || (a.key < b.key ? -1 : 1));
}

/** Writes the directories that were asked for, and to registries. */
export async function exportCaches(
  { store, cache, cacheMounts, reporter, request, signal }: Pick<
    BuildSession,
    "store" | "cache" | "cacheMounts" | "reporter" | "request" | "signal"
  >,
  state: StageState,
  targets: readonly CacheTarget[],
): Promise<void> {
  for (const target of targets) {
    if (target.kind === "inline") continue;
    const records = target.isAll ? cache.used : new Map(await recordsOf(state, cache.used));
    if (target.kind === "registry") {
      const vertex = reporter.begin("exporting cache to registry");
      const { pushCache } = await import("./push_cache.ts");
      const access = registryAccess(request, signal);
      await pushCache(store, target.reference, records, access);
      vertex.note(`pushing ${records.size} steps to ${target.reference} done`);
      vertex.done();
      continue;
    }
    const vertex = reporter.begin("exporting cache to client directory");
    await writeCacheDirectory(store, target.path, { records, mounts: cacheMounts, signal });
    vertex.note(`writing ${records.size} steps to ${target.path} done`);
    vertex.done();
  }
}

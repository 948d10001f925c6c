/** Writing down what a step led to, where another layer may have been noted before (--no-cache). */

import { removeWithLayers } from "../layer/lease.ts";
import type { Store } from "../store.ts";
import { type CacheRecord, readCacheRecord, writeCacheRecord } from "./cache_store.ts";

/** Keeps what a step led to. Its layer must have reached the disk; the one before it goes, unless something else needs it. */
export function replaceCacheRecord(store: Store, key: string, record: CacheRecord): void {
  const before = readCacheRecord(store, key)?.chainId;
  if (before === undefined || before === record.chainId) {
    return writeCacheRecord(store, key, record);
  }
  using _ = store.lockImages("exclusive");
  removeWithLayers(store, [before], () => writeCacheRecord(store, key, record));
}

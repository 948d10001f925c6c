/**
 * build/cache/<key>: what the steps of builds led to. A key is the sha256 of all that a step depends on, so a record is never
 * wrong, only useless once its layer is gone.
 */

import { AT } from "../../ffi/constants.ts";
import { listNames } from "../../ffi/directory.ts";
import { isErrno } from "../../ffi/errno.ts";
import { setTimes } from "../../ffi/file.ts";
import { statIfExists } from "../../ffi/stat.ts";
import { hexOf, isDigest } from "../digest.ts";
import { ensureDirectory, readTextIfExists, replaceFile, unlinkIfExists } from "../files.ts";
import type { Store } from "../store.ts";
import { clock } from "../time.ts";

export interface CacheRecord {
  /** The layer that the step made; undefined if it changed nothing. */
  readonly chainId?: string;
  /** When the step was carried out, RFC 3339. */
  readonly created: string;
  /** What the step was, for `builder du`. */
  readonly description: string;
  /** The key of all that the step depends on, where this one is found by less than that. */
  readonly of?: string;
}

/** A record with the key it is found by. */
export interface CacheEntry extends CacheRecord {
  /** `sha256:` and 64 digits. */
  readonly key: string;
  /** Seconds since the epoch. */
  readonly lastUsed: number;
}

const directoryOf = (store: Store) => store.path("build/cache");

function pathOf(store: Store, key: string): string {
  return `${directoryOf(store)}/${hexOf(key)}`;
}

/** What a step led to, or undefined if it is not known; a damaged record is as good as none. */
export function readCacheRecord(store: Store, key: string): CacheRecord | undefined {
  const text = readTextIfExists(pathOf(store, key));
  try {
    const record = JSON.parse(text ?? "null");
    return isRecord(record) ? record : undefined;
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is CacheRecord {
  if (typeof value !== "object" || value === null) return false;
  const { chainId, created, description } = value as Partial<CacheRecord>;
  return (chainId === undefined || isDigest(chainId)) && typeof created === "string" &&
    typeof description === "string";
}

/** Keeps what a step led to. Its layer must have reached the disk. */
export function writeCacheRecord(store: Store, key: string, record: CacheRecord): void {
  ensureDirectory(store.path("build"), 0o700);
  ensureDirectory(directoryOf(store), 0o700);
  replaceFile(pathOf(store, key), JSON.stringify(record), { mode: 0o600 });
}

/** Notes that a record was of use just now. */
export function touchCacheRecord(store: Store, key: string): void {
  const time = clock();
  try {
    setTimes(AT.FDCWD, pathOf(store, key), time, time);
  } catch (error) {
    if (!isErrno(error, "ENOENT", "EROFS")) throw error;
  }
}

/** All records. */
export function listCacheEntries(store: Store): CacheEntry[] {
  return listNames(directoryOf(store)).filter((name) => /^[a-f0-9]{64}$/.test(name))
    .flatMap((name) => {
      const key = `sha256:${name}`, record = readCacheRecord(store, key);
      const stat = statIfExists(AT.FDCWD, pathOf(store, key));
      return record && stat ? [{ ...record, key, lastUsed: stat.modified.seconds }] : [];
    });
}

/** Forgets what a step led to. Needs the exclusive image lock, for the layer may go with it. */
export function removeCacheRecord(store: Store, key: string): void {
  unlinkIfExists(pathOf(store, key));
}

/** Chain ids of the layers that records name. */
export function chainIdsOfCache(store: Store): string[] {
  return listCacheEntries(store).flatMap(({ chainId }) => chainId ?? []);
}

/** Removes what killed writers left; nobody must be writing. */
export function sweepCache(store: Store): void {
  for (const name of listNames(directoryOf(store))) {
    if (name.startsWith(".tmp-")) unlinkIfExists(`${directoryOf(store)}/${name}`);
  }
}

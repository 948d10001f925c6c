/** build/mounts/<hash>: directories of `RUN --mount=type=cache`, which outlive the builds that use them. */

import { AT } from "../../ffi/constants.ts";
import { listNames, openDirectory, removeTree } from "../../ffi/directory.ts";
import { changeMode, close, type DirectoryFd, makeDirectory, rename } from "../../ffi/file.ts";
import { statIfExists } from "../../ffi/stat.ts";
import { hexOf, sha256 } from "../digest.ts";
import { ensureDirectory } from "../files.ts";
import { DirectoryLock } from "../lock.ts";
import type { Store } from "../store.ts";
import { giveOwner } from "../owner.ts";

/** Milliseconds between attempts while somebody else has the directory. */
const RETRY_INTERVAL = 10;

/** More users than this at once do not find a directory of their own. */
const MAX_PRIVATE = 100;

export interface CacheMountOptions {
  /** `locked`: one user at a time. `private`: who comes while another has it gets a directory of his own. */
  readonly sharing: "shared" | "private" | "locked";
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

const directoryOf = (store: Store) => store.path("build/mounts");

/** What the directory is called that a description of its kind stands for. */
export async function cacheMountName(description: string): Promise<string> {
  return hexOf(await sha256(description));
}

/** A cache directory in use. */
export class CacheMount implements Disposable {
  private constructor(
    readonly path: string,
    private readonly lock: DirectoryLock | undefined,
  ) {}

  /**
   * Finds the directory of this name, or makes it and has it filled. Waits where it is locked; rejects if the signal
   * ends that.
   */
  static async open(
    store: Store,
    name: string,
    options: CacheMountOptions,
    signal: AbortSignal,
    fill: (directory: DirectoryFd) => Promise<void>,
  ): Promise<CacheMount> {
    ensureDirectory(store.path("build"), 0o700);
    ensureDirectory(directoryOf(store), 0o700);
    for (let attempt = 0;; attempt = (attempt + 1) % MAX_PRIVATE) {
      signal.throwIfAborted();
      const suffix = options.sharing === "private" && attempt > 0 ? `-${attempt}` : "";
      const top = `${directoryOf(store)}/${name}${suffix}`;
      ensureDirectory(top, 0o700);
      const lock = DirectoryLock.tryTake(top);
      if (lock !== undefined) {
        try {
          await prepare(top, options, fill);
        } catch (error) {
          lock[Symbol.dispose]();
          throw error;
        }
        if (options.sharing !== "shared") return new CacheMount(`${top}/data`, lock);
        lock[Symbol.dispose]();
        return new CacheMount(`${top}/data`, undefined);
      }
      if (options.sharing === "shared" && statIfExists(AT.FDCWD, `${top}/data`)) {
        return new CacheMount(`${top}/data`, undefined);
      }
      if (options.sharing === "private" && attempt + 1 < MAX_PRIVATE) continue;
      await new Promise((resolve) => setTimeout(resolve, RETRY_INTERVAL));
    }
  }

  [Symbol.dispose](): void {
    this.lock?.[Symbol.dispose]();
  }
}

/** Makes the directory unless it is there; it appears when it is complete. Needs the lock. */
async function prepare(
  top: string,
  { mode, uid, gid }: CacheMountOptions,
  fill: (directory: DirectoryFd) => Promise<void>,
): Promise<void> {
  if (statIfExists(AT.FDCWD, `${top}/data`)) return;
  const incomplete = `${top}/incomplete`;
  removeTree(AT.FDCWD, incomplete);
  makeDirectory(AT.FDCWD, incomplete, 0o700);
  const fd = openDirectory(AT.FDCWD, incomplete);
  try {
    await fill(fd);
  } finally {
    close(fd);
  }
  giveOwner(AT.FDCWD, incomplete, uid, gid);
  changeMode(AT.FDCWD, incomplete, mode);
  rename(AT.FDCWD, incomplete, AT.FDCWD, `${top}/data`);
}

/** Calls a function with a directory that nobody has for himself meanwhile; undefined if there is none. */
export async function readCacheMount<T>(
  store: Store,
  name: string,
  signal: AbortSignal,
  use: (directory: DirectoryFd) => Promise<T>,
): Promise<T | undefined> {
  const top = `${directoryOf(store)}/${name}`;
  for (;;) {
    signal.throwIfAborted();
    if (!statIfExists(AT.FDCWD, `${top}/data`)) return undefined;
    using lock = DirectoryLock.tryTake(top);
    if (lock === undefined) {
      await new Promise((resolve) => setTimeout(resolve, RETRY_INTERVAL));
      continue;
    }
    const fd = openDirectory(AT.FDCWD, `${top}/data`);
    try {
      return await use(fd);
    } finally {
      close(fd);
    }
  }
}

/** Names of all cache directories. */
export function listCacheMounts(store: Store): string[] {
  return listNames(directoryOf(store));
}

/** The directory with a cache's files. */
export function cacheMountPath(store: Store, name: string): string {
  return `${directoryOf(store)}/${name}/data`;
}

/** Removes a cache directory that nobody has locked; returns whether it did. */
export function removeCacheMount(store: Store, name: string): boolean {
  const path = `${directoryOf(store)}/${name}`;
  using lock = DirectoryLock.tryTake(path);
  if (lock !== undefined) removeTree(AT.FDCWD, path);
  return lock !== undefined;
}

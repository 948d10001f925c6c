/** A layer on its way into the store. */

import { AT, O } from "../../ffi/constants.ts";
import { isErrno } from "../../ffi/errno.ts";
import { close, makeDirectory, openAt, rename, syncFileSystem } from "../../ffi/file.ts";
import { InvalidError, NotFoundError } from "../errors.ts";
import { writeNewFile } from "../files.ts";
import { randomId } from "../id.ts";
import { DirectoryLock } from "../lock.ts";
import { driverOf } from "../driver/driver.ts";
import type { Store } from "../store.ts";
import type { ByteSource } from "./source.ts";
import type { IngestedLayer } from "./ingest.ts";
import type { LayerLease } from "./lease.ts";
import {
  chainIdOf,
  type Layer,
  layerExists,
  layerPath,
  readLayer,
  removeUnpublishedLayer,
} from "./layer_store.ts";

/** What came out of reading a layer's bytes. */
export interface LayerContent {
  readonly diffId: string;
  /** Bytes in regular files. */
  readonly size: number;
}

/**
 * layerdb/tmp/write-set-*: the files of a layer that is not complete. It names its overlay from the start, and is locked
 * while somebody works on it; so one that nobody holds is what a crash left, and can be removed with all it names.
 */
export class StagedLayer {
  readonly diffFd: number;
  readonly tarSplitFd: number;
  private published = false;

  private constructor(
    private readonly store: Store,
    /** Where the layer's small files are until it is published; whoever puts more there takes it away before. */
    readonly path: string,
    /** The name of its directory below overlay2, or vfs/dir. */
    readonly cacheId: string,
    private readonly lock: DirectoryLock,
  ) {
    const files = driverOf(store).beginLayer(store, cacheId, path);
    this.diffFd = openAt(AT.FDCWD, files, O.RDONLY | O.DIRECTORY | O.NOFOLLOW);
    this.tarSplitFd = openAt(
      AT.FDCWD,
      `${path}/tar-split.json.gz`,
      O.RDWR | O.CREAT | O.EXCL,
      0o644,
    );
  }

  static begin(store: Store): StagedLayer {
    for (;;) {
      const path = `${store.layersInProgress}/write-set-${randomId().slice(0, 16)}`;
      makeDirectory(AT.FDCWD, path, 0o700);
      const lock = DirectoryLock.tryTake(path);
      if (lock === undefined) continue; // swept away in the moment before it was locked
      const cacheId = randomId();
      try {
        writeNewFile(`${path}/cache-id`, cacheId, { mode: 0o644 });
        return new StagedLayer(store, path, cacheId, lock);
      } catch (error) {
        removeUnpublishedLayer(store, path);
        lock[Symbol.dispose]();
        throw error;
      }
    }
  }

  /** Takes in an uncompressed archive as the layer's files. */
  async ingest(source: ByteSource): Promise<IngestedLayer> {
    const { ingestLayer } = await import("./ingest.ts");
    return await ingestLayer(
      source,
      this.diffFd,
      this.tarSplitFd,
      driverOf(this.store).layerForm,
    );
  }

  /**
   * Publishes the layer on top of `parent`. Its files reach the disk first; then one rename makes it visible. If another
   * process published the same layer meanwhile, that one is used and this one dropped. InvalidError for one layer too many.
   * With `sync: "later"` the caller syncs before anything but the lease names the layer: a power cut takes it with the lease.
   */
  async publish(
    content: LayerContent,
    parent: Layer | undefined,
    lease: LayerLease,
    sync: "now" | "later" = "now",
  ): Promise<Layer> {
    const { store, cacheId, path } = this, driver = driverOf(store);
    if (parent && driver.isTooDeep(store, parent)) throw new InvalidError("max depth exceeded");
    const chainId = await chainIdOf(parent?.chainId, content.diffId);
    driver.completeLayer(store, cacheId, parent?.cacheId, path);
    writeNewFile(`${path}/diff`, content.diffId, { mode: 0o644 });
    writeNewFile(`${path}/size`, String(content.size), { mode: 0o644 });
    if (parent) writeNewFile(`${path}/parent`, parent.chainId, { mode: 0o644 });
    if (sync === "now") syncFileSystem(this.diffFd);

    using _ = store.lockImages("shared");
    if (parent && !layerExists(store, parent.chainId)) {
      throw new NotFoundError(`layer does not exist: ${parent.chainId}`);
    }
    lease.hold(chainId);
    try {
      rename(AT.FDCWD, path, AT.FDCWD, layerPath(store, chainId));
      this.published = true;
    } catch (error) {
      if (!isErrno(error, "EEXIST", "ENOTEMPTY")) throw error;
    }
    return readLayer(store, chainId);
  }

  [Symbol.dispose](): void {
    close(this.diffFd);
    close(this.tarSplitFd);
    if (!this.published) removeUnpublishedLayer(this.store, this.path);
    this.lock[Symbol.dispose]();
  }
}

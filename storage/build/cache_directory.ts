/**
 * What builds have made, as a plain directory: an OCI image layout whose one manifest is of a kind of its own. Its configuration
 * tells what steps have led to; a layer is in it once, uncompressed, and the layers below it are for those to bring who use it.
 */

import type { DirectoryFd } from "../../ffi/file.ts";
import { DirectoryArchive } from "../archive/directory_archive.ts";
import { parseDocument } from "../archive/image_archive.ts";
import { blobPath, type Descriptor, INDEX_FILE } from "../archive/oci.ts";
import { parseIndex } from "../archive/oci_documents.ts";
import { readBlob } from "../archive/oci_layout.ts";
import { InvalidError, NotFoundError } from "../errors.ts";
import type { Layer } from "../layer/layer_store.ts";
import type { LayerLease } from "../layer/lease.ts";
import { unpackArchive } from "../layer/unpack.ts";
import type { Store } from "../store.ts";
import {
  checkConfig,
  CONFIG_TYPE,
  isBlob,
  isCache,
  type PortableMount,
  type PortableRecord,
} from "./cache_directory_format.ts";

export class CacheDirectory implements Disposable {
  private constructor(
    private readonly archive: DirectoryArchive,
    private readonly records: ReadonlyMap<string, PortableRecord>,
    private readonly mounts: ReadonlyMap<string, PortableMount>,
  ) {}

  /** Throws NotFoundError if there is none, InvalidError for one that is damaged, SystemError. */
  static async open(store: Store, path: string): Promise<CacheDirectory> {
    using resources = new DisposableStack();
    const archive = resources.use(new DirectoryArchive(store, path));
    const index = await archive.read(INDEX_FILE);
    if (index === undefined) throw new NotFoundError(`could not read ${path}/${INDEX_FILE}`);
    const descriptor = parseIndex(index, INDEX_FILE).manifests.find(isCache);
    if (descriptor === undefined) throw new NotFoundError(`${path} holds no cache of box`);
    const { config } = parseDocument(
      await readBlob(archive, descriptor),
      descriptor.digest,
    ) as { config?: Descriptor };
    if (config?.mediaType !== CONFIG_TYPE || !isBlob(config)) {
      throw new InvalidError(`${descriptor.digest} is no manifest of a cache of box`);
    }
    const { records, mounts } = checkConfig(
      parseDocument(await readBlob(archive, config), config.digest),
    );
    resources.move();
    return new CacheDirectory(
      archive,
      new Map(records.map((each) => [each.key, each])),
      new Map(mounts.map((each) => [each.name, each])),
    );
  }

  /** Brings what a step led to into the store, on top of the layer that it was carried out on. The lease comes to hold it. */
  async restore(
    key: string,
    parent: Layer | undefined,
    lease: LayerLease,
  ): Promise<{ layer: Layer | undefined; created: string } | undefined> {
    const record = this.records.get(key);
    if (record === undefined) return undefined;
    const { created, layer: blob } = record;
    if (blob === undefined) return { layer: undefined, created };
    const { staged, content } = await this.archive.takeLayer(blobPath(blob.digest));
    using _ = staged;
    if (content.diffId !== blob.digest) {
      throw new InvalidError(`invalid digest for ${blob.digest}: got ${content.diffId}`);
    }
    return { layer: await staged.publish(content, parent, lease, "later"), created };
  }

  /** Unpacks a cache directory; returns whether there is one of this name. */
  async fillMount(name: string, directory: DirectoryFd): Promise<boolean> {
    const blob = this.mounts.get(name);
    if (blob === undefined) return false;
    const path = blobPath(blob.digest);
    // Once more than needed, but nothing of a damaged one gets into the directory.
    const { createHash } = await import("node:crypto");
    const hash = createHash("sha256");
    for await (const chunk of this.archive.content(path)) hash.update(chunk);
    if (`sha256:${hash.digest("hex")}` !== blob.digest) {
      throw new InvalidError(`invalid digest for ${blob.digest}`);
    }
    await unpackArchive(this.archive.content(path), directory, { conflicts: "replace" });
    return true;
  }

  [Symbol.dispose](): void {
    this.archive[Symbol.dispose]();
  }
}

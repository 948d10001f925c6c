/** Saves images as one archive, or as the files of one in a directory. */

import { sha256 } from "../digest.ts";
import { readBytesIfExists } from "../files.ts";
import { parentOf, parseImageConfig, readImageBytes } from "../image/image_store.ts";
import { recordImageEvent } from "../image/record_event.ts";
import type { Reference } from "../image/reference.ts";
import { chainIdsOf, type Layer, readLayer } from "../layer/layer_store.ts";
import { LayerLease } from "../layer/lease.ts";
import type { Store } from "../store.ts";
import { type ArchivedImage, planArchive } from "./archive_layout.ts";
import { type ByteSink, writeArchive } from "./archive_writer.ts";
import { writeDirectory } from "./directory_writer.ts";
import { layerTar, layerTarSize } from "./layer_tar.ts";
import { type Descriptor, INDEX_FILE } from "./oci.ts";
import { parseIndex } from "./oci_documents.ts";
import { planOciLayout } from "./oci_plan.ts";
import { findSavedImages } from "./saved_images.ts";

/** `docker`: docker's format, which in box's archives is an OCI layout as well. `oci`: that alone. */
export type ArchiveFormat = "docker" | "oci";

/** A tar, or a directory; to an OCI layout that is there already the images are added. */
export type ArchiveTarget = ByteSink | { readonly directory: string };

/** An image that need not be in the store, as long as its layers are. */
export interface SavedImage {
  /** The exact bytes of its configuration. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Names with a tag. */
  readonly references: readonly Reference[];
}

/**
 * Writes images, given by name, id or repository, as docker save does. The same images give the same bytes. Throws
 * NotFoundError before anything is written, CorruptStoreError for a layer that is not what it was.
 */
export async function saveImages(
  store: Store,
  words: readonly string[],
  target: ArchiveTarget,
  format: ArchiveFormat = "docker",
): Promise<void> {
  const found = findSavedImages(store, words);
  // Somebody may remove the images meanwhile; their layers then go when this lease ends.
  using lease = LayerLease.begin(store);
  const session = new SaveSession(store, lease);
  const images: ArchivedImage[] = [];
  for (const [id, references] of found) images.push(await session.describe(id, references));
  await session.write(images, target, format);
  for (const { id } of images) recordImageEvent(store, "save", id, id);
}

/** Writes one image, whose layers the lease comes to hold; returns its id. */
export async function saveImage(
  store: Store,
  lease: LayerLease,
  { bytes, references }: SavedImage,
  target: ArchiveTarget,
  format: ArchiveFormat,
): Promise<string> {
  const session = new SaveSession(store, lease), id = await sha256(bytes);
  const image = await session.describe(id, references, bytes);
  await session.write([image], target, format);
  return id;
}

class SaveSession {
  /** By chain id. */
  private readonly layers = new Map<string, Layer>();
  private readonly tarSizes = new Map<string, number>();

  constructor(private readonly store: Store, private readonly lease: LayerLease) {}

  async write(
    images: readonly ArchivedImage[],
    target: ArchiveTarget,
    format: ArchiveFormat,
  ): Promise<void> {
    const { store, layers } = this;
    const bytes = ({ chainId }: { chainId: string }) => layerTar(store, layers.get(chainId)!);
    const plan = (existing?: readonly Descriptor[]) =>
      format === "oci" ? planOciLayout(images, existing) : planArchive(images);
    if (typeof target === "function") return await writeArchive(await plan(), bytes, target);
    const { directory } = target;
    await writeDirectory(
      directory,
      async () => ({ entries: await plan(manifestsIn(directory)) }),
      bytes,
    );
  }

  /** `bytes` is the configuration of an image that is not in the store. */
  async describe(
    id: string,
    references: readonly Reference[],
    bytes?: SavedImage["bytes"],
  ): Promise<ArchivedImage> {
    const parent = bytes === undefined ? parentOf(this.store, id) : undefined;
    bytes ??= readImageBytes(this.store, id);
    const config = parseImageConfig(new TextDecoder().decode(bytes), id);
    const chainIds = await chainIdsOf(config.rootfs.diff_ids ?? []);
    this.hold(chainIds);
    const layers = [];
    for (const chainId of chainIds) {
      const layer = this.layers.get(chainId)!;
      layers.push({ chainId, diffId: layer.diffId, tarSize: await this.tarSizeOf(layer) });
    }
    return { id, bytes, config, references, parent, layers };
  }

  private hold(chainIds: readonly string[]): void {
    using _ = this.store.lockImages("shared");
    for (const chainId of chainIds) {
      if (this.layers.has(chainId)) continue;
      this.layers.set(chainId, readLayer(this.store, chainId));
      this.lease.hold(chainId);
    }
  }

  /** Layers with the same diff id have the same tar. */
  private async tarSizeOf(layer: Layer): Promise<number> {
    const known = this.tarSizes.get(layer.diffId);
    if (known !== undefined) return known;
    const size = await layerTarSize(this.store, layer);
    this.tarSizes.set(layer.diffId, size);
    return size;
  }
}

/** What the OCI layout in a directory lists, if there is one. */
export function manifestsIn(directory: string): readonly Descriptor[] {
  const path = `${directory}/${INDEX_FILE}`, bytes = readBytesIfExists(path);
  return bytes === undefined ? [] : parseIndex(bytes, path).manifests;
}

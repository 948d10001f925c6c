/** Saves images as one archive. */

import { parentOf, parseImageConfig, readImageBytes } from "../image/image_store.ts";
import { recordImageEvent } from "../image/record_event.ts";
import type { Reference } from "../image/reference.ts";
import { chainIdsOf, type Layer, readLayer } from "../layer/layer_store.ts";
import { LayerLease } from "../layer/lease.ts";
import type { Store } from "../store.ts";
import { type ArchivedImage, planArchive } from "./archive_layout.ts";
import { type ByteSink, writeArchive } from "./archive_writer.ts";
import { layerTar, layerTarSize } from "./layer_tar.ts";
import { findSavedImages } from "./saved_images.ts";

/**
 * Writes images, given by name, id or repository, as docker save does. The same images give the same bytes. Throws
 * NotFoundError before anything is written, CorruptStoreError for a layer that is not what it was.
 */
export async function saveImages(
  store: Store,
  words: readonly string[],
  sink: ByteSink,
): Promise<void> {
  const found = findSavedImages(store, words);
  // Somebody may remove the images meanwhile; their layers then go when this lease ends.
  using lease = LayerLease.begin(store);
  const session = new SaveSession(store, lease);
  const images: ArchivedImage[] = [];
  for (const [id, references] of found) images.push(await session.describe(id, references));
  const entries = await planArchive(images);
  await writeArchive(entries, ({ chainId }) => layerTar(store, session.layers.get(chainId)!), sink);
  for (const { id } of images) recordImageEvent(store, "save", id, id);
}

class SaveSession {
  /** By chain id. */
  readonly layers = new Map<string, Layer>();
  private readonly tarSizes = new Map<string, number>();

  constructor(private readonly store: Store, private readonly lease: LayerLease) {}

  async describe(id: string, references: readonly Reference[]): Promise<ArchivedImage> {
    const bytes = readImageBytes(this.store, id);
    const config = parseImageConfig(new TextDecoder().decode(bytes), id);
    const chainIds = await chainIdsOf(config.rootfs.diff_ids ?? []);
    this.hold(chainIds);
    const layers = [];
    for (const chainId of chainIds) {
      const layer = this.layers.get(chainId)!;
      layers.push({ chainId, diffId: layer.diffId, tarSize: await this.tarSizeOf(layer) });
    }
    return { id, bytes, config, references, parent: parentOf(this.store, id), layers };
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

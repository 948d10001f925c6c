/** Brings the layers of an archive's images into the store. */

import { InvalidError } from "../errors.ts";
import { chainIdOf, type Layer, layerExists, readLayer } from "../layer/layer_store.ts";
import type { LayerLease } from "../layer/lease.ts";
import type { Store } from "../store.ts";
import { type ImageArchive, verifyDigest, verifySize } from "./image_archive.ts";
import { layerTar } from "./layer_tar.ts";
import type { LoadableLayer } from "./loadable_image.ts";
import { type UnpackedLayer, unpackLayer } from "./unpacked_layer.ts";

export class LayerLoader {
  /** Layers that have been met, by diff id: the same bytes may be needed again above another layer. */
  private readonly met = new Map<string, Layer>();

  constructor(
    private readonly store: Store,
    private readonly archive: ImageArchive,
    private readonly lease: LayerLease,
  ) {}

  /** Makes sure that the store has these layers, lowest first; returns the chain id of the topmost. */
  async load(layers: readonly LoadableLayer[]): Promise<string | undefined> {
    let parent: Layer | undefined;
    for (const [index, layer] of layers.entries()) {
      const chainId: string = await chainIdOf(parent?.chainId, layer.diffId);
      parent = this.takeExisting(chainId) ?? await this.publish(layer, index, parent);
      this.met.set(layer.diffId, parent);
    }
    return parent?.chainId;
  }

  private takeExisting(chainId: string): Layer | undefined {
    using _ = this.store.lockImages("shared");
    if (!layerExists(this.store, chainId)) return undefined;
    this.lease.hold(chainId);
    return readLayer(this.store, chainId);
  }

  private async publish(
    layer: LoadableLayer,
    index: number,
    parent: Layer | undefined,
  ): Promise<Layer> {
    const { staged, content } = await this.unpack(layer);
    using _ = staged;
    if (content.diffId !== layer.diffId) {
      throw new InvalidError(
        `invalid diffID for layer ${index}: expected "${layer.diffId}", got "${content.diffId}"`,
      );
    }
    return await staged.publish(content, parent, this.lease);
  }

  private async unpack({ path, diffId, digest, size }: LoadableLayer): Promise<UnpackedLayer> {
    const same = this.met.get(diffId);
    if (same !== undefined) return await unpackLayer(this.store, layerTar(this.store, same));
    const unpacked = await this.archive.takeLayer(path);
    try {
      if (size !== undefined) verifySize(path, size, unpacked.size);
      if (digest !== undefined) verifyDigest(path, digest, unpacked.digest);
      return unpacked;
    } catch (error) {
      unpacked.staged[Symbol.dispose]();
      throw error;
    }
  }
}

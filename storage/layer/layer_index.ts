/** All layers at once, for those who list many images: read from layerdb's small files, without hashing chain ids. */

import { readTextIfExists } from "../files.ts";
import type { Store } from "../store.ts";
import { layerPath, listLayers } from "./layer_store.ts";

interface Entry {
  readonly chainId: string;
  /** Bytes in regular files. */
  readonly size: number;
}

export class LayerIndex {
  private readonly entries = new Map<string, Entry>();

  constructor(store: Store) {
    for (const chainId of listLayers(store)) {
      const read = (name: string) => readTextIfExists(`${layerPath(store, chainId)}/${name}`) ?? "";
      const key = keyOf(read("parent"), read("diff"));
      this.entries.set(key, { chainId, size: Number(read("size")) || 0 });
    }
  }

  /** The layers of an image as far as the store has them, lowest first. */
  layersOf(diffIds: readonly string[]): Entry[] {
    const layers: Entry[] = [];
    for (const diffId of diffIds) {
      const entry = this.entries.get(keyOf(layers.at(-1)?.chainId ?? "", diffId));
      if (entry === undefined) break;
      layers.push(entry);
    }
    return layers;
  }

  /** Bytes in regular files of an image's layers. */
  sizeOf(diffIds: readonly string[]): number {
    return this.layersOf(diffIds).reduce((sum, layer) => sum + layer.size, 0);
  }
}

const keyOf = (parent: string, diffId: string) => `${parent} ${diffId}`;

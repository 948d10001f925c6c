/** The layers of many images, with as few of layerdb's small files as tell them, and without hashing chain ids. */

import { readTextIfExists } from "../files.ts";
import type { Store } from "../store.ts";
import { layerPath, listLayers } from "./layer_store.ts";

interface Entry {
  readonly chainId: string;
  /** Bytes in regular files. */
  readonly size: number;
}

export class LayerIndex {
  private readonly entries = new Map<string, Entry | undefined>();
  /** Chain ids by what they are made of, of all layers that are above others. */
  private upper: Map<string, string> | undefined;

  constructor(private readonly store: Store) {}

  /** The layers of an image as far as the store has them, lowest first. */
  layersOf(diffIds: readonly string[]): Entry[] {
    const layers: Entry[] = [];
    for (const diffId of diffIds) {
      const below = layers.at(-1);
      // The chain id of the lowest layer is its diff id.
      const chainId = below === undefined ? diffId : this.above(below.chainId, diffId);
      const entry = chainId === undefined ? undefined : this.entry(chainId);
      if (entry === undefined) break;
      layers.push(entry);
    }
    return layers;
  }

  /** Bytes in regular files of an image's layers. */
  sizeOf(diffIds: readonly string[]): number {
    return this.layersOf(diffIds).reduce((sum, layer) => sum + layer.size, 0);
  }

  private entry(chainId: string): Entry | undefined {
    if (!this.entries.has(chainId)) {
      const size = this.read(chainId, "size");
      this.entries.set(chainId, size === undefined ? size : { chainId, size: Number(size) || 0 });
    }
    return this.entries.get(chainId);
  }

  private above(parent: string, diffId: string): string | undefined {
    this.upper ??= this.readUpper();
    return this.upper.get(`${parent} ${diffId}`);
  }

  private readUpper(): Map<string, string> {
    const upper = new Map<string, string>();
    for (const chainId of listLayers(this.store)) {
      const parent = this.read(chainId, "parent");
      if (parent !== undefined) upper.set(`${parent} ${this.read(chainId, "diff")}`, chainId);
    }
    return upper;
  }

  private read(chainId: string, name: string): string | undefined {
    return readTextIfExists(`${layerPath(this.store, chainId)}/${name}`);
  }
}

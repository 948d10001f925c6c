/** A layer that was taken out of an archive and lies in the store, where nobody sees it yet. */

import type { Hash } from "node:crypto";
import { decompress, detectCompression } from "../layer/compression/decompress.ts";
import type { ByteSource } from "../layer/source.ts";
import { type LayerContent, StagedLayer } from "../layer/staged_layer.ts";
import type { Store } from "../store.ts";

export interface UnpackedLayer {
  /** Removed again when it is disposed of, unless it was published. */
  readonly staged: StagedLayer;
  readonly content: LayerContent;
  /** sha256 and bytes of the layer's file as it was, compressed or not. */
  readonly digest: string;
  readonly size: number;
}

/** Unpacks a layer, compressed or not, of which the first chunk is large enough to tell. */
export async function unpackLayer(store: Store, source: ByteSource): Promise<UnpackedLayer> {
  const staged = StagedLayer.begin(store);
  try {
    const file = new MeteredFile(source);
    const content = await staged.ingest(decompress(file.read()));
    return { staged, content, digest: file.digest() ?? content.diffId, size: file.size };
  } catch (error) {
    staged[Symbol.dispose]();
    throw error;
  }
}

/** Counts and hashes a layer's file, but leaves the hash of one that is not compressed to those who need it anyway. */
class MeteredFile {
  size = 0;
  private hash: Hash | undefined;

  constructor(private readonly source: ByteSource) {}

  async *read(): ByteSource {
    const { createHash } = await import("node:crypto");
    for await (const chunk of this.source) {
      if (this.size === 0 && detectCompression(chunk) !== "none") this.hash = createHash("sha256");
      this.hash?.update(chunk);
      this.size += chunk.length;
      yield chunk;
    }
  }

  digest(): string | undefined {
    return this.hash && `sha256:${this.hash.digest("hex")}`;
  }
}

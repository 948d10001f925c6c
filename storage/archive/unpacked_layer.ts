/** A layer that was taken out of an archive and lies in the store, where nobody sees it yet. */

import type { Hash } from "node:crypto";
import type { DigestAlgorithm } from "../digest.ts";
import { decompress, detectCompression } from "../layer/compression/decompress.ts";
import type { ByteSource } from "../layer/source.ts";
import { type LayerContent, StagedLayer } from "../layer/staged_layer.ts";
import type { Store } from "../store.ts";

export interface UnpackedLayer {
  /** Removed again when it is disposed of, unless it was published. */
  readonly staged: StagedLayer;
  readonly content: LayerContent;
  /** Digest and bytes of the layer's file as it was, compressed or not. */
  readonly digest: string;
  readonly size: number;
}

/** Unpacks a layer, compressed or not, of which the first chunk is large enough to tell. Its file's digest is the algorithm's. */
export async function unpackLayer(
  store: Store,
  source: ByteSource,
  algorithm: DigestAlgorithm = "sha256",
): Promise<UnpackedLayer> {
  const staged = StagedLayer.begin(store);
  try {
    const file = new MeteredFile(source, algorithm);
    const content = await staged.ingest(decompress(file.read()));
    return { staged, content, digest: file.digest() ?? content.diffId, size: file.size };
  } catch (error) {
    staged[Symbol.dispose]();
    throw error;
  }
}

/** Counts and hashes a layer's file, but leaves the sha256 of one that is not compressed to those who need it anyway. */
class MeteredFile {
  size = 0;
  private hash: Hash | undefined;

  constructor(
    private readonly source: ByteSource,
    private readonly algorithm: DigestAlgorithm,
  ) {}

  async *read(): ByteSource {
    const { createHash } = await import("node:crypto");
    if (this.algorithm !== "sha256") this.hash = createHash(this.algorithm);
    for await (const chunk of this.source) {
      if (this.size === 0 && detectCompression(chunk) !== "none") {
        this.hash ??= createHash(this.algorithm);
      }
      this.hash?.update(chunk);
      this.size += chunk.length;
      yield chunk;
    }
  }

  digest(): string | undefined {
    return this.hash && `${this.algorithm}:${this.hash.digest("hex")}`;
  }
}

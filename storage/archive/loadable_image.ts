/** An image as an archive describes it, whatever the archive's format. */

import { sha256 } from "../digest.ts";
import { InvalidError } from "../errors.ts";
import type { ImageConfig } from "../image/config.ts";
import type { Reference } from "../image/reference.ts";
import { checkImageConfig } from "./check_config.ts";
import { parseDocument } from "./image_archive.ts";

type Bytes = Uint8Array<ArrayBuffer>;

export interface LoadableLayer {
  /** Path of its file in the archive. */
  readonly path: string;
  /** What the configuration says of the uncompressed layer. */
  readonly diffId: string;
  /** What the archive says of the file, if it says anything. */
  readonly digest?: string;
  readonly size?: number;
}

export interface LoadableImage {
  readonly id: string;
  /** The exact bytes of its configuration. */
  readonly bytes: Bytes;
  readonly config: ImageConfig;
  /** Names with a tag. */
  readonly references: readonly Reference[];
  /** Id of the image that it was made from, if the archive says so. */
  readonly parent?: string;
  /** Lowest first. */
  readonly layers: readonly LoadableLayer[];
}

interface Description {
  readonly references: readonly Reference[];
  readonly parent?: string;
  readonly layers: readonly Omit<LoadableLayer, "diffId">[];
}

/** Puts an image together. `source` is where its configuration came from. Throws InvalidError if the two do not fit. */
export async function makeLoadable(
  bytes: Bytes,
  source: string,
  { layers, ...rest }: Description,
): Promise<LoadableImage> {
  const config = checkImageConfig(parseDocument(bytes, source));
  const diffIds = config.rootfs.diff_ids ?? [];
  if (layers.length !== diffIds.length) {
    throw new InvalidError(
      `invalid manifest, layers length mismatch: expected ${layers.length}, got ${diffIds.length}`,
    );
  }
  return {
    ...rest,
    id: await sha256(bytes),
    bytes,
    config,
    layers: layers.map((layer, index) => ({ ...layer, diffId: diffIds[index] })),
  };
}

/** The manifest of an image whose layers are kept uncompressed, and how an index points to it. */

import { sha256 } from "../digest.ts";
import { canonicalName } from "../image/reference.ts";
import { goJson } from "../json.ts";
import type { ArchivedImage } from "./archive_layout.ts";
import { type Descriptor, MEDIA_TYPE, NAME_ANNOTATION } from "./oci.ts";

export interface WrittenManifest {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly digest: string;
  /** One for each name of the image, or one without a name. */
  readonly descriptors: readonly Descriptor[];
}

export async function manifestOf(
  { id, bytes, layers, references }: ArchivedImage,
): Promise<WrittenManifest> {
  const { config, layer: layerType, manifest: mediaType } = MEDIA_TYPE;
  const manifest = new TextEncoder().encode(goJson({
    schemaVersion: 2,
    mediaType,
    config: { mediaType: config, digest: id, size: bytes.length },
    layers: layers.map(({ diffId, tarSize }) => ({
      mediaType: layerType,
      digest: diffId,
      size: tarSize,
    })),
  }));
  const digest = await sha256(manifest);
  const descriptor = { mediaType, digest, size: manifest.length };
  const named = references.map(({ repository, tag }) => ({
    ...descriptor,
    annotations: {
      [NAME_ANNOTATION.full]: `${canonicalName(repository)}:${tag}`,
      [NAME_ANNOTATION.reference]: tag!,
    },
  }));
  return { bytes: manifest, digest, descriptors: named.length > 0 ? named : [descriptor] };
}

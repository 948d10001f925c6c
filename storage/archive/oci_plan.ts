/** An OCI image layout and nothing else (OCI image spec, image-layout.md): what `--output type=oci` and `oci:DIR` write. */

import { goJson } from "../json.ts";
import type { ArchivedImage, ArchiveEntry } from "./archive_layout.ts";
import { manifestOf } from "./manifest.ts";
import {
  blobPath,
  type Descriptor,
  INDEX_FILE,
  LAYOUT_FILE,
  LAYOUT_VERSION,
  MEDIA_TYPE,
  NAME_ANNOTATION,
} from "./oci.ts";

const EPOCH = { seconds: 0, nanoseconds: 0 };

/**
 * The entries of a layout, index.json last. `existing` is what the index of a layout that is added to lists: it stays, except
 * for what has a name that one of the images has now.
 */
export async function planOciLayout(
  images: readonly ArchivedImage[],
  existing: readonly Descriptor[] = [],
): Promise<ArchiveEntry[]> {
  const entries = new Map<string, ArchiveEntry>(), manifests: Descriptor[] = [];
  const put = (entry: ArchiveEntry) => entries.set(entry.name, entry);
  const file = (name: string, content: Uint8Array<ArrayBuffer>) =>
    put({ type: "file", name, content, modified: EPOCH });
  for (const name of ["blobs", "blobs/sha256"]) put({ type: "directory", name, modified: EPOCH });
  for (const image of images) {
    for (const layer of image.layers) {
      put({ type: "layer", name: blobPath(layer.diffId), layer, modified: EPOCH });
    }
    file(blobPath(image.id), image.bytes);
    const { bytes, digest, descriptors } = await manifestOf(image);
    file(blobPath(digest), bytes);
    manifests.push(...descriptors);
  }
  file(LAYOUT_FILE, json({ imageLayoutVersion: LAYOUT_VERSION }));
  file(
    INDEX_FILE,
    json({
      schemaVersion: 2,
      mediaType: MEDIA_TYPE.index,
      manifests: [...existing.filter((each) => !isReplaced(each, manifests)), ...manifests],
    }),
  );
  return [...entries.values()];
}

function isReplaced(old: Descriptor, manifests: readonly Descriptor[]): boolean {
  const name = nameOf(old);
  return manifests.some((each) =>
    name === undefined ? each.digest === old.digest : nameOf(each) === name
  );
}

const nameOf = ({ annotations }: Descriptor) =>
  annotations?.[NAME_ANNOTATION.full] ?? annotations?.[NAME_ANNOTATION.reference];

const json = (value: unknown) => new TextEncoder().encode(goJson(value) + "\n");

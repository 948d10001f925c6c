/** manifest.json: what docker save and those who imitate it say of the images in an archive. */

import { isDigest } from "../digest.ts";
import { InvalidError } from "../errors.ts";
import { parseReference, type Reference } from "../image/reference.ts";
import { MANIFEST_FILE, type ManifestItem } from "./archive_layout.ts";
import { type ImageArchive, parseDocument, promisedDigest, readDocument } from "./image_archive.ts";
import { type LoadableImage, makeLoadable } from "./loadable_image.ts";

/** The images that manifest.json describes, in its order. Throws InvalidError for what cannot be loaded. */
export async function readDockerManifest(
  archive: ImageArchive,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<LoadableImage[]> {
  const images: LoadableImage[] = [];
  for (const item of parseManifest(bytes)) {
    const config = await readDocument(archive, item.Config);
    images.push(
      await makeLoadable(config, item.Config, {
        references: (item.RepoTags ?? []).map(parseTag),
        ...(isDigest(item.Parent) && { parent: item.Parent }),
        layers: (item.Layers ?? []).map((path) => ({ path, digest: promisedDigest(path) })),
      }),
    );
  }
  return images;
}

function parseManifest(bytes: Uint8Array<ArrayBuffer>): ManifestItem[] {
  const value = parseDocument(bytes, MANIFEST_FILE) ?? [];
  if (!Array.isArray(value) || !value.every(isManifestItem)) {
    throw new InvalidError(`${MANIFEST_FILE} is not a list of images`);
  }
  return value;
}

function isManifestItem(value: unknown): value is ManifestItem {
  if (typeof value !== "object" || value === null) return false;
  const { Config, RepoTags, Layers } = value as Partial<ManifestItem>;
  return typeof Config === "string" && isTextList(RepoTags) && isTextList(Layers);
}

function isTextList(value: unknown): boolean {
  return value === undefined || value === null ||
    (Array.isArray(value) && value.every((each) => typeof each === "string"));
}

function parseTag(text: string): Reference {
  const reference = parseReference(text);
  if (reference.tag === undefined || reference.digest !== undefined) {
    throw new InvalidError(`invalid tag ${JSON.stringify(text)}`);
  }
  return reference;
}

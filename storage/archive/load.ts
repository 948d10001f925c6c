/** Loads images from an archive: what docker save, podman, skopeo, BuildKit or box itself made. */

import { InvalidError } from "../errors.ts";
import type { HistoryEntry } from "../image/config.ts";
import { createImage } from "../image/image_store.ts";
import { recordImageEvent } from "../image/record_event.ts";
import { formatReference } from "../image/reference.ts";
import { ArchiveError } from "../layer/archive_error.ts";
import { LayerLease } from "../layer/lease.ts";
import type { Store } from "../store.ts";
import { prepareForWriting } from "../sweep.ts";
import { MANIFEST_FILE } from "./archive_layout.ts";
import { DirectoryArchive } from "./directory_archive.ts";
import { readDockerManifest } from "./docker_manifest.ts";
import type { ImageArchive, WatchLayer } from "./image_archive.ts";
import { LayerLoader } from "./layer_loader.ts";
import type { LoadableImage } from "./loadable_image.ts";
import { INDEX_FILE } from "./oci.ts";
import { readOciLayout } from "./oci_layout.ts";
import { openArchive } from "./open_archive.ts";

export interface LoadOptions {
  readonly watch?: WatchLayer;
}

/** An image that is there now, in the order of the archive. */
export interface LoadedImage {
  readonly id: string;
  readonly names: readonly LoadedName[];
}

export interface LoadedName {
  readonly name: string;
  /** Id of the other image that had this name before. */
  readonly replaced?: string;
}

/** An open file, pipe or terminal that holds an archive, or the directory that it was unpacked in. */
export type ArchiveOrigin = number | { readonly directory: string };

/**
 * Loads all images of an archive; a regular file is not read further than needed. Nothing of it becomes visible before all of it has been read and verified. Throws EngineError for an archive
 * that is no good.
 */
export async function loadImages(
  store: Store,
  origin: ArchiveOrigin,
  options: LoadOptions = {},
): Promise<LoadedImage[]> {
  prepareForWriting(store);
  using archive = await openOrigin(store, origin, options.watch);
  const images = await readImages(archive);
  const parents = parentsOf(images), ordered = parentsFirst(images, parents);
  using lease = LayerLease.begin(store);
  const loader = new LayerLoader(store, archive, lease);
  const topLayers = new Map<string, string | undefined>();
  for (const image of images) topLayers.set(image.id, await loader.load(image.layers));

  const loaded = new Map<LoadableImage, LoadedImage>();
  for (const image of ordered) {
    const { id, replaced } = await createImage(store, {
      bytes: image.bytes,
      topLayer: topLayers.get(image.id),
      parent: parents.get(image.id),
      references: image.references,
    });
    const names = image.references.map(formatReference).map((name) => ({
      name,
      replaced: replaced.find((each) => each.name === name)?.imageId,
    }));
    loaded.set(image, { id, names });
  }
  lease.finish();
  for (const { id } of images) recordImageEvent(store, "load", id, id);
  return images.map((image) => loaded.get(image)!);
}

export async function openOrigin(
  store: Store,
  origin: ArchiveOrigin,
  watch?: WatchLayer,
): Promise<ImageArchive> {
  try {
    return typeof origin === "number"
      ? await openArchive(store, origin, watch)
      : new DirectoryArchive(store, origin.directory, watch);
  } catch (error) {
    if (!(error instanceof ArchiveError)) throw error;
    throw new ArchiveError(`Error processing tar file: ${error.message}`);
  }
}

/** An archive may be of both formats; docker's describes its images better. */
export async function readImages(archive: ImageArchive): Promise<LoadableImage[]> {
  const manifest = await archive.read(MANIFEST_FILE);
  if (manifest !== undefined) return await readDockerManifest(archive, manifest);
  const index = await archive.read(INDEX_FILE);
  if (index !== undefined) return await readOciLayout(archive, index);
  throw new InvalidError(
    `invalid archive: does not contain a ${MANIFEST_FILE} or an ${INDEX_FILE}`,
  );
}

/** Which image was made from which, by id: only between images of the archive. */
function parentsOf(images: readonly LoadableImage[]): Map<string, string> {
  const byId = new Map(images.map((image) => [image.id, image]));
  const parents = new Map<string, string>();
  for (const image of images) {
    const parent = image.parent === image.id ? undefined : byId.get(image.parent ?? "");
    if (parent === undefined) continue;
    if (!isParent(parent, image)) {
      throw new InvalidError(`image ${parent.id} is not a valid parent for ${image.id}`);
    }
    parents.set(image.id, parent.id);
  }
  return parents;
}

/** Docker's rule: the child's history is the parent's and one step more. */
function isParent(parent: LoadableImage, child: LoadableImage): boolean {
  const before = parent.config.history ?? [], after = child.config.history ?? [];
  if (before.length === 0 && after.length === 0) return true;
  return after.length === before.length + 1 &&
    before.every((step, index) => sameStep(step, after[index]));
}

function sameStep(a: HistoryEntry, b: HistoryEntry): boolean {
  return a.created === b.created && a.author === b.author && a.created_by === b.created_by &&
    a.comment === b.comment && Boolean(a.empty_layer) === Boolean(b.empty_layer);
}

/** Every image after the one it was made from, so that docker's note of that finds it there. */
function parentsFirst(
  images: readonly LoadableImage[],
  parents: ReadonlyMap<string, string>,
): LoadableImage[] {
  const byId = new Map(images.map((image) => [image.id, image]));
  const ordered = new Set<LoadableImage>();
  for (const image of images) {
    const line: LoadableImage[] = [];
    for (let next: LoadableImage | undefined = image; next !== undefined && !ordered.has(next);) {
      if (line.includes(next)) throw new InvalidError(`image ${next.id} is its own ancestor`);
      line.unshift(next);
      next = byId.get(parents.get(next.id) ?? "");
    }
    line.forEach((each) => ordered.add(each));
  }
  return [...ordered];
}

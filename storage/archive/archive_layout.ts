/**
 * What an archive of images consists of: docker's format (moby, image/spec) and in the same archive, as docker 25 has it, an
 * OCI image layout. A layer's bytes are in it once, at `<legacy id>/layer.tar`; all else that has to show them is a
 * symbolic link. So docker reads them as it always did, and readers of OCI archives, which unpack first, do as well.
 */

import type { Time } from "../../ffi/file.ts";
import { hexOf } from "../digest.ts";
import type { ImageConfig } from "../image/config.ts";
import { formatReference, type Reference } from "../image/reference.ts";
import { goJson } from "../json.ts";
import { legacyImagesOf } from "./legacy_image.ts";
import { manifestOf } from "./manifest.ts";
import {
  blobPath,
  type Descriptor,
  INDEX_FILE,
  LAYOUT_FILE,
  LAYOUT_VERSION,
  MEDIA_TYPE,
} from "./oci.ts";

type Bytes = Uint8Array<ArrayBuffer>;

export const MANIFEST_FILE = "manifest.json";

/** One image in manifest.json. */
export interface ManifestItem {
  /** Path of its configuration in the archive. */
  Config: string;
  RepoTags: string[] | null;
  /** Paths of its layers, lowest first. */
  Layers: string[] | null;
  /** Id of the image that it was made from, if that is in the archive as well. */
  Parent?: string;
}

export interface ArchivedLayer {
  readonly chainId: string;
  readonly diffId: string;
  /** Bytes of its tar. */
  readonly tarSize: number;
}

export interface ArchivedImage {
  readonly id: string;
  /** The exact bytes of its configuration. */
  readonly bytes: Bytes;
  readonly config: ImageConfig;
  /** Names with a tag. */
  readonly references: readonly Reference[];
  readonly parent?: string;
  /** Lowest first. */
  readonly layers: readonly ArchivedLayer[];
}

export type ArchiveEntry =
  & { readonly name: string; readonly modified: Time }
  & (
    | { readonly type: "directory" }
    | { readonly type: "file"; readonly content: Bytes }
    | { readonly type: "symlink"; readonly target: string }
    | { readonly type: "layer"; readonly layer: ArchivedLayer }
  );

const EPOCH: Time = { seconds: 0, nanoseconds: 0 };

/** The entries of an archive in the order of their names, as docker writes them; nothing depends on when or where it is made. */
export async function planArchive(images: readonly ArchivedImage[]): Promise<ArchiveEntry[]> {
  const plan = new ArchivePlan(images);
  for (const image of images) await plan.add(image);
  return plan.finish();
}

class ArchivePlan {
  private readonly entries = new Map<string, ArchiveEntry>();
  /** Where the bytes of a layer are, by diff id. */
  private readonly layerPaths = new Map<string, string>();
  private readonly items: ManifestItem[] = [];
  private readonly manifests: Descriptor[] = [];
  /** Legacy ids by repository and tag. */
  private readonly repositories = new Map<string, Map<string, string>>();
  private readonly ids: ReadonlySet<string>;

  constructor(images: readonly ArchivedImage[]) {
    this.ids = new Set(images.map((image) => image.id));
    this.directory("blobs", EPOCH);
    this.directory("blobs/sha256", EPOCH);
  }

  async add(image: ArchivedImage): Promise<void> {
    const modified = timeOf(image.config.created), configPath = `${hexOf(image.id)}.json`;
    const legacy = await legacyImagesOf(image.config, image.layers.map((layer) => layer.chainId));
    for (const [index, layer] of image.layers.entries()) {
      const { id, json } = legacy[index];
      this.addLayer(layer, id, json, modified);
    }
    this.file(configPath, image.bytes, modified);
    this.items.push({
      Config: configPath,
      RepoTags: orNull(image.references.map(formatReference)),
      // Straight to the bytes: skopeo and podman stumble over links in this place.
      Layers: orNull(image.layers.map((layer) => this.layerPaths.get(layer.diffId)!)),
      ...(this.ids.has(image.parent ?? "") && { Parent: image.parent }),
    });
    const top = legacy.at(-1);
    if (top !== undefined) this.addNames(image.references, top.id);
    await this.addManifest(image, modified);
  }

  private addLayer(layer: ArchivedLayer, id: string, json: string, modified: Time): void {
    if (this.entries.has(id)) return;
    this.directory(id, modified);
    this.file(`${id}/VERSION`, "1.0", modified);
    this.file(`${id}/json`, json, modified);
    const path = `${id}/layer.tar`, existing = this.layerPaths.get(layer.diffId);
    if (existing !== undefined) {
      this.entry({ type: "symlink", name: path, target: `../${existing}`, modified });
    } else {
      this.layerPaths.set(layer.diffId, path);
      this.entry({ type: "layer", name: path, layer, modified });
      const blob = blobPath(layer.diffId);
      this.entry({ type: "symlink", name: blob, target: `../../${path}`, modified });
    }
  }

  private addNames(references: readonly Reference[], legacyId: string): void {
    for (const { repository, tag } of references) {
      const tags = this.repositories.get(repository) ?? new Map<string, string>();
      this.repositories.set(repository, tags.set(tag!, legacyId));
    }
  }

  private async addManifest(image: ArchivedImage, modified: Time): Promise<void> {
    this.file(blobPath(image.id), image.bytes, modified);
    const { bytes, digest, descriptors } = await manifestOf(image);
    this.file(blobPath(digest), bytes, modified);
    this.manifests.push(...descriptors);
  }

  finish(): ArchiveEntry[] {
    this.json(MANIFEST_FILE, this.items);
    if (this.repositories.size > 0) {
      const tables = [...this.repositories].map(([name, tags]) => [name, sorted(tags)] as const);
      this.json("repositories", sorted(tables));
    }
    this.json(INDEX_FILE, {
      schemaVersion: 2,
      mediaType: MEDIA_TYPE.index,
      manifests: this.manifests,
    });
    this.json(LAYOUT_FILE, { imageLayoutVersion: LAYOUT_VERSION });
    return [...this.entries.values()].sort((a, b) => a.name < b.name ? -1 : 1);
  }

  private entry(entry: ArchiveEntry): void {
    this.entries.set(entry.name, entry);
  }

  private directory(name: string, modified: Time): void {
    this.entry({ type: "directory", name, modified });
  }

  private file(name: string, content: string | Bytes, modified: Time): void {
    const bytes = typeof content === "string" ? encode(content) : content;
    this.entry({ type: "file", name, content: bytes, modified });
  }

  /** A document about the archive as a whole: without a date, as docker makes it. */
  private json(name: string, value: unknown): void {
    this.file(name, goJson(value) + "\n", EPOCH);
  }
}

function encode(text: string): Bytes {
  return new TextEncoder().encode(text);
}

/** How Go writes a list that was never filled. */
function orNull<T>(list: T[]): T[] | null {
  return list.length > 0 ? list : null;
}

/** An object with its keys in order, as Go writes a map. */
function sorted<T>(entries: Iterable<readonly [string, T]>): Record<string, T> {
  return Object.fromEntries([...entries].sort(([a], [b]) => a < b ? -1 : 1));
}

/** Whole seconds, as docker's archives have them; what is no time, or before the epoch, becomes the epoch. */
function timeOf(created: string | undefined): Time {
  const seconds = Math.floor(Date.parse(created ?? "") / 1000);
  return seconds > 0 ? { seconds, nanoseconds: 0 } : EPOCH;
}

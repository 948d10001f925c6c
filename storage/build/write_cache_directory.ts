/** Writes what builds have made as a plain directory; see cache_directory.ts. */

import type { ArchivedLayer, ArchiveEntry } from "../archive/archive_layout.ts";
import { writeDirectory } from "../archive/directory_writer.ts";
import { layerTar, layerTarSize } from "../archive/layer_tar.ts";
import { blobPath, INDEX_FILE, LAYOUT_FILE, LAYOUT_VERSION, MEDIA_TYPE } from "../archive/oci.ts";
import { manifestsIn } from "../archive/save.ts";
import { sha256 } from "../digest.ts";
import { goJson } from "../json.ts";
import { type Layer, readLayer } from "../layer/layer_store.ts";
import { packTree } from "../layer/pack.ts";
import { sourceOf } from "../layer/source.ts";
import type { Store } from "../store.ts";
import {
  ARTIFACT,
  type CacheBlob,
  CONFIG_TYPE,
  isCache,
  type PortableMount,
  type PortableRecord,
} from "./cache_directory_format.ts";
import { readCacheMount } from "./cache_mounts.ts";
import type { CacheRecord } from "./cache_store.ts";

export interface CacheContents {
  /** By the keys of the steps. */
  readonly records: ReadonlyMap<string, CacheRecord>;
  /** Names of cache directories, of which those that are there are written. */
  readonly mounts: Iterable<string>;
  readonly signal: AbortSignal;
}

/** The cache takes the place of what the directory held of one before; images in the same layout stay. */
export async function writeCacheDirectory(
  store: Store,
  path: string,
  { records, mounts, signal }: CacheContents,
): Promise<void> {
  const plan = new CachePlan(store);
  for (const [key, record] of sorted(records)) await plan.addStep(key, record);
  await writeDirectory(path, async (writeBlob) => {
    const kept: PortableMount[] = [];
    for (const name of mounts) {
      const blob = await readCacheMount(
        store,
        name,
        signal,
        (fd) => writeBlob(sourceOf(packTree(fd, { form: "plain" }))),
      );
      if (blob) kept.push({ name, ...blob });
    }
    const manifest = await plan.addManifest(kept);
    const others = manifestsIn(path).filter((each) => !isCache(each));
    plan.addJson(LAYOUT_FILE, { imageLayoutVersion: LAYOUT_VERSION });
    plan.addJson(INDEX_FILE, {
      schemaVersion: 2,
      mediaType: MEDIA_TYPE.index,
      manifests: [
        ...others,
        { mediaType: MEDIA_TYPE.manifest, artifactType: ARTIFACT, ...manifest },
      ],
    });
    return { entries: [...plan.entries.values()], isWhole: others.length === 0 };
  }, (layer) => plan.layerTar(layer));
}

const sorted = <T>(map: ReadonlyMap<string, T>) => [...map].sort(([a], [b]) => a < b ? -1 : 1);

const modified = { seconds: 0, nanoseconds: 0 };

class CachePlan {
  readonly entries = new Map<string, ArchiveEntry>();
  private readonly layers = new Map<string, Layer>();
  private readonly steps: PortableRecord[] = [];

  constructor(private readonly store: Store) {
    for (const name of ["blobs", "blobs/sha256"]) {
      this.entries.set(name, { type: "directory", name, modified });
    }
  }

  layerTar({ chainId }: ArchivedLayer) {
    return layerTar(this.store, this.layers.get(chainId)!);
  }

  async addStep(key: string, { chainId, created, description }: CacheRecord): Promise<void> {
    const step = { key, created, description };
    if (chainId === undefined) {
      this.steps.push(step);
      return;
    }
    const layer = readLayer(this.store, chainId), { diffId } = layer;
    this.layers.set(chainId, layer);
    const tarSize = await layerTarSize(this.store, layer), name = blobPath(diffId);
    this.entries.set(name, { type: "layer", name, layer: { chainId, diffId, tarSize }, modified });
    this.steps.push({ ...step, layer: { digest: diffId, size: tarSize } });
  }

  /** With all that is to be known of the steps. */
  async addManifest(mounts: readonly PortableMount[]): Promise<CacheBlob> {
    const config = await this.addBlob({ records: this.steps, mounts });
    const blobs = [...this.steps.flatMap(({ layer }) => layer ?? []), ...mounts];
    return await this.addBlob({
      schemaVersion: 2,
      mediaType: MEDIA_TYPE.manifest,
      artifactType: ARTIFACT,
      config: { mediaType: CONFIG_TYPE, ...config },
      layers: blobs.map(({ digest, size }) => ({ mediaType: MEDIA_TYPE.layer, digest, size })),
    });
  }

  private async addBlob(value: unknown): Promise<CacheBlob> {
    const content = new TextEncoder().encode(goJson(value)), digest = await sha256(content);
    this.addFile(blobPath(digest), content);
    return { digest, size: content.length };
  }

  addJson(name: string, value: unknown): void {
    this.addFile(name, new TextEncoder().encode(goJson(value) + "\n"));
  }

  private addFile(name: string, content: Uint8Array<ArrayBuffer>): void {
    this.entries.set(name, { type: "file", name, content, modified });
  }
}

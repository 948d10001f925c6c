/**
 * Brings a remote image's layers into the store. Several are downloaded at once, and each is hashed and unpacked as it comes,
 * into a directory of its own; they are published in order, the lowest first, since a layer's name depends on those below.
 */

import { layerTar } from "../../../storage/archive/layer_tar.ts";
import type { LoadableImage, LoadableLayer } from "../../../storage/archive/loadable_image.ts";
import type { ImageManifest } from "../../../storage/archive/oci.ts";
import { unpackLayer } from "../../../storage/archive/unpacked_layer.ts";
import { isDigest } from "../../../storage/digest.ts";
import { CorruptStoreError, EngineError, InvalidError } from "../../../storage/errors.ts";
import {
  chainIdsOf,
  type Layer,
  layerExists,
  listLayers,
  readLayer,
} from "../../../storage/layer/layer_store.ts";
import type { LayerLease } from "../../../storage/layer/lease.ts";
import type { RegistryClient } from "../../../storage/registry/client.ts";
import { noteBlob } from "../../../storage/registry/distribution_metadata.ts";
import type { Store } from "../../../storage/store.ts";
import { Limit } from "../transfer/limit.ts";
import { type ReportTransfer, shortDigest } from "../transfer/progress.ts";
import { downloadLayer, type LayerDownload } from "./layer_download.ts";

export interface LayerDownloadOptions {
  readonly store: Store;
  readonly lease: LayerLease;
  /** Ends all downloads. */
  readonly signal?: AbortSignal;
  /** A client for an abort signal of the downloads. */
  readonly clientFor: (signal: AbortSignal) => RegistryClient;
  /** With its domain. */
  readonly repository: string;
  readonly limit: number;
  readonly maxAttempts: number;
  readonly report: ReportTransfer;
}

/** Makes sure that the store has an image's layers, unsynced; returns the topmost one. */
export async function downloadLayers(
  manifest: ImageManifest,
  image: LoadableImage,
  options: LayerDownloadOptions,
): Promise<Layer | undefined> {
  const chainIds = await chainIdsOf(image.layers.map(({ diffId }) => diffId));
  return await new LayerDownloads(manifest, image.layers, chainIds, options).run();
}

class LayerDownloads {
  private readonly abort = new AbortController();
  private readonly client: RegistryClient;
  private readonly limit: Limit;
  /** By diff id: layers that the store has, or that are being downloaded for a place further down. */
  private readonly local = new Map<string, Layer>();
  private readonly downloads = new Map<string, Promise<LayerDownload>>();

  constructor(
    private readonly manifest: ImageManifest,
    private readonly layers: readonly LoadableLayer[],
    private readonly chainIds: readonly string[],
    private readonly options: LayerDownloadOptions,
  ) {
    this.client = options.clientFor(this.abort.signal);
    this.limit = new Limit(options.limit);
  }

  async run(): Promise<Layer | undefined> {
    const { signal } = this.options, stop = () => this.abort.abort(signal?.reason);
    signal?.throwIfAborted();
    signal?.addEventListener("abort", stop);
    try {
      return await this.runAll();
    } finally {
      signal?.removeEventListener("abort", stop);
      await this.end();
    }
  }

  private async runAll(): Promise<Layer | undefined> {
    const existing = this.holdExisting();
    if (existing < this.layers.length) this.findLocal();
    this.layers.forEach(({ diffId, digest }, index) => {
      const id = shortDigest(digest!);
      if (index < existing) return this.options.report({ id, status: "Already exists" });
      this.options.report({ id, status: "Pulling fs layer" });
      if (!this.local.has(diffId) && !this.downloads.has(diffId)) this.begin(index);
    });
    let parent = existing === 0
      ? undefined
      : readLayer(this.options.store, this.chainIds[existing - 1]);
    for (let index = existing; index < this.layers.length; index++) {
      parent = await this.publish(index, parent);
      const id = shortDigest(this.layers[index].digest!);
      this.options.report({ id, status: "Pull complete" });
    }
    return parent;
  }

  /** Keeps the layers that the store has already; returns how many, from the lowest on. */
  private holdExisting(): number {
    const { store, lease } = this.options;
    using _ = store.lockImages("shared");
    const missing = this.chainIds.findIndex((chainId) => !layerExists(store, chainId));
    const existing = missing < 0 ? this.chainIds.length : missing;
    for (const chainId of this.chainIds.slice(0, existing)) lease.hold(chainId);
    return existing;
  }

  /** The same layer above others need not be fetched again. */
  private findLocal(): void {
    const { store, lease } = this.options;
    const wanted = new Set(this.layers.map(({ diffId }) => diffId));
    using _ = store.lockImages("shared");
    for (const chainId of listLayers(store)) {
      const layer = readIfIntact(store, chainId);
      if (layer === undefined || !wanted.has(layer.diffId) || this.local.has(layer.diffId)) {
        continue;
      }
      this.local.set(layer.diffId, layer);
      if (!this.chainIds.includes(chainId)) lease.hold(chainId);
    }
  }

  private begin(index: number): void {
    const { diffId } = this.layers[index];
    const { store, report, maxAttempts } = this.options, { signal } = this.abort;
    const options = { store, report, maxAttempts, signal };
    const download = this.limit.run(() =>
      downloadLayer(this.client, this.manifest.layers[index], diffId, options)
    );
    // The others end for the same reason, and whoever waits for the first of them sees it.
    download.catch((error) => this.abort.abort(error));
    this.downloads.set(diffId, download);
  }

  private async publish(index: number, parent: Layer | undefined): Promise<Layer> {
    const { store, lease, repository } = this.options;
    const { diffId, digest } = this.layers[index], known = this.local.get(diffId);
    const { unpacked, isGzip } = known === undefined
      ? await this.downloads.get(diffId)!
      : { unpacked: await unpackLayer(store, layerTar(store, known)), isGzip: false };
    using staged = unpacked.staged;
    this.downloads.delete(diffId);
    if (unpacked.content.diffId !== diffId) throw new InvalidError(`layer ${diffId} has changed`);
    const layer = await staged.publish(unpacked.content, parent, lease, "later");
    this.local.set(diffId, layer);
    if (isGzip && isDigest(digest)) noteBlob(store, diffId, digest, repository);
    return layer;
  }

  /** Nothing goes on in the background, and nothing that was not published stays. */
  private async end(): Promise<void> {
    this.abort.abort(new EngineError("canceled"));
    for (const result of await Promise.allSettled(this.downloads.values())) {
      if (result.status === "fulfilled") result.value.unpacked.staged[Symbol.dispose]();
    }
  }
}

/** A damaged layer that has nothing to do with the image is no reason to fail. */
function readIfIntact(store: Store, chainId: string): Layer | undefined {
  try {
    return readLayer(store, chainId);
  } catch (error) {
    if (error instanceof CorruptStoreError) return undefined;
    throw error;
  }
}

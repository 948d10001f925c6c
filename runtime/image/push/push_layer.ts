/** Sees to it that a repository has a layer: found there, mounted from another repository, or uploaded. */

import { layerTar } from "../../../storage/archive/layer_tar.ts";
import type { Descriptor } from "../../../storage/archive/oci.ts";
import { CorruptStoreError } from "../../../storage/errors.ts";
import { canonicalName } from "../../../storage/image/reference.ts";
import { gzip } from "../../../storage/layer/compression/gzip_writer.ts";
import type { Layer } from "../../../storage/layer/layer_store.ts";
import type { ByteSource } from "../../../storage/layer/source.ts";
import type { RegistryClient } from "../../../storage/registry/client.ts";
import {
  type KnownBlob,
  knownBlobs,
  noteBlob,
} from "../../../storage/registry/distribution_metadata.ts";
import { ConnectionError, RegistryError } from "../../../storage/registry/error.ts";
import { locateRepository } from "../../../storage/registry/repository.ts";
import { mountBlob, uploadBlob } from "../../../storage/registry/upload.ts";
import type { Store } from "../../../storage/store.ts";
import { type ReportTransfer, shortDigest } from "../transfer/progress.ts";

/** The media type of all layers that box pushes, as of those that docker does. */
export const LAYER_MEDIA_TYPE = "application/vnd.docker.image.rootfs.diff.tar.gzip";

/** Blobs that are asked for before a layer is uploaded: docker's numbers. */
const MOST_CHECKS = 3;

export interface LayerPush {
  readonly store: Store;
  readonly client: RegistryClient;
  /** With its registry. */
  readonly repository: string;
  readonly report: ReportTransfer;
}

/** Where the layer's blob is in the repository now. */
export async function pushLayer(push: LayerPush, layer: Layer): Promise<Descriptor> {
  const { store, repository, report } = push, id = shortDigest(layer.diffId);
  const known = blobsFor(store, layer.diffId, repository);
  const found = await findBlob(push, known) ?? await mount(push, known);
  if (found !== undefined && !(found instanceof URL)) {
    report({
      id,
      status: found.from ? `Mounted from ${found.from}` : "Layer already exists",
    });
    noteBlob(store, layer.diffId, found.digest, canonicalName(repository));
    return descriptorOf(found.digest, found.size);
  }
  const { digest, size } = await upload(push, layer, found);
  noteBlob(store, layer.diffId, digest, canonicalName(repository));
  report({ id, status: "Pushed" });
  return descriptorOf(digest, size);
}

interface FoundBlob {
  readonly digest: string;
  readonly size: number;
  readonly from?: string;
}

/** The repository's own blobs first, then those of its registry, then others; the latest of each first. */
function blobsFor(store: Store, diffId: string, repository: string): KnownBlob[] {
  const own = canonicalName(repository), { registry } = locateRepository(repository);
  const rank = ({ SourceRepository: source }: KnownBlob) =>
    source === own ? 0 : source.startsWith(`${registry}/`) ? 1 : 2;
  return knownBlobs(store, diffId).reverse().sort((a, b) => rank(a) - rank(b));
}

async function findBlob(
  { client }: LayerPush,
  known: readonly KnownBlob[],
): Promise<FoundBlob | undefined> {
  const digests = [...new Set(known.map(({ Digest }) => Digest))].slice(0, MOST_CHECKS);
  for (const digest of digests) {
    const size = await client.blobSize(digest);
    if (size !== undefined) return { digest, size };
  }
}

/** A URL if nothing could be mounted, but an upload has begun: where that is. */
async function mount(
  { client, repository }: LayerPush,
  known: readonly KnownBlob[],
): Promise<FoundBlob | URL | undefined> {
  const { registry } = locateRepository(repository);
  const candidates = known.filter(({ SourceRepository }) =>
    SourceRepository.startsWith(`${registry}/`) && SourceRepository !== canonicalName(repository)
  );
  let begun: URL | undefined;
  for (const { Digest: digest, SourceRepository } of candidates.slice(0, MOST_CHECKS)) {
    const from = SourceRepository.slice(registry.length + 1);
    const mounted = await tryToMount(client, digest, from);
    if (mounted instanceof URL) begun = mounted;
    const size = mounted === true ? await client.blobSize(digest) : undefined;
    if (size !== undefined) return { digest, size, from };
  }
  return begun;
}

/** A registry that refuses has the layer uploaded. */
async function tryToMount(client: RegistryClient, digest: string, from: string) {
  try {
    return await mountBlob(client, digest, from);
  } catch (error) {
    if (error instanceof RegistryError && !(error instanceof ConnectionError)) return false;
    throw error;
  }
}

async function upload({ client, store, report }: LayerPush, layer: Layer, begun?: URL) {
  const id = shortDigest(layer.diffId), total = layer.size;
  const tar = () =>
    verified(store, layer, (bytes) => {
      report({ id, status: "Pushing", current: Math.min(bytes, total), total });
    });
  return await uploadBlob(client, () => gzip(tar(), total), { begun });
}

/** The layer's tar. What goes out is what its name says, or the upload fails before it is complete. */
async function* verified(
  store: Store,
  layer: Layer,
  onProgress: (bytes: number) => void,
): ByteSource {
  const { createHash } = await import("node:crypto");
  const hash = createHash("sha256");
  let size = 0;
  for await (const chunk of layerTar(store, layer, { verify: false })) {
    hash.update(chunk);
    onProgress(size += chunk.length);
    yield chunk;
  }
  const { diffId, chainId } = layer, actual = `sha256:${hash.digest("hex")}`;
  if (actual === diffId) return;
  for await (const _ of layerTar(store, layer)); // names the file that has changed
  throw new CorruptStoreError(
    `layer ${chainId} is damaged: expected diffID ${diffId}, got ${actual}`,
  );
}

function descriptorOf(digest: string, size: number): Descriptor {
  return { mediaType: LAYER_MEDIA_TYPE, digest, size };
}

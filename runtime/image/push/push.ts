/** Pushing images to a registry, as docker 20.10 does: as manifests of docker's schema 2, whatever they were pulled as. */

import { DOCKER_MEDIA_TYPE } from "../../../storage/archive/oci.ts";
import type { Descriptor } from "../../../storage/archive/oci.ts";
import { sha256 } from "../../../storage/digest.ts";
import { InvalidError, NotFoundError } from "../../../storage/errors.ts";
import { parseImageConfig, readImageBytes, setNames } from "../../../storage/image/image_store.ts";
import { recordTransferEvent } from "../../../storage/image/record_event.ts";
import {
  canonicalName,
  formatReference,
  parseReference,
  type Reference,
} from "../../../storage/image/reference.ts";
import { Repositories } from "../../../storage/image/repositories.ts";
import { chainIdsOf, type Layer, readLayer } from "../../../storage/layer/layer_store.ts";
import { LayerLease } from "../../../storage/layer/lease.ts";
import type { RegistryClient } from "../../../storage/registry/client.ts";
import { type RegistryAccess, withRegistry } from "../../../storage/registry/connect.ts";
import { uploadDocument } from "../../../storage/registry/upload.ts";
import type { Store } from "../../../storage/store.ts";
import { Limit } from "../transfer/limit.ts";
import { type ReportTransfer, shortDigest } from "../transfer/progress.ts";
import { prepareForContainers } from "../../container/repair.ts";
import { pushLayer } from "./push_layer.ts";

export interface PushRequest extends RegistryAccess {
  /** With a tag, unless all tags are wanted. */
  readonly reference: Reference;
  readonly report: ReportTransfer;
}

export interface PushedImage {
  readonly reference: Reference;
  /** Of the manifest. */
  readonly digest: string;
}

interface TaggedImage {
  readonly id: string;
  readonly reference: Reference;
}

/** Pushes an image, or all tags of a repository. Throws EngineError. */
export async function pushImages(store: Store, request: PushRequest): Promise<PushedImage[]> {
  await prepareForContainers(store);
  const { reference, report } = request, { repository } = reference;
  if (reference.digest) throw new InvalidError("cannot push a digest reference");
  report({ status: `The push refers to repository [${canonicalName(repository)}]` });
  const images = imagesOf(store, reference), pushed: PushedImage[] = [];
  await withRegistry(repository, "pull,push", request, async (client, commit) => {
    await client.checkAccess();
    commit();
    for (const image of images) pushed.push(await pushOne(store, client, image, request));
  });
  return pushed;
}

/** Throws NotFoundError in docker's words. */
function imagesOf(store: Store, reference: Reference): TaggedImage[] {
  const { repository } = reference;
  const tagged = Repositories.read(store).all()
    .filter((each) => each.repository === repository && !each.name.includes("@"))
    .map(({ name, imageId }) => ({ id: imageId, reference: parseReference(name) }));
  if (tagged.length === 0) {
    throw new NotFoundError(`An image does not exist locally with the tag: ${repository}`);
  }
  if (reference.tag === undefined) return tagged;
  const found = tagged.filter((each) => each.reference.tag === reference.tag);
  if (found.length > 0) return found;
  throw new NotFoundError(`tag does not exist: ${formatReference(reference)}`);
}

async function pushOne(
  store: Store,
  client: RegistryClient,
  { id, reference }: TaggedImage,
  { report }: PushRequest,
): Promise<PushedImage> {
  const { repository, tag } = reference, bytes = readImageBytes(store, id);
  const { rootfs } = parseImageConfig(new TextDecoder().decode(bytes), id);
  using lease = LayerLease.begin(store);
  const layers = hold(store, lease, await chainIdsOf(rootfs.diff_ids ?? []));
  const configuration = pushConfiguration(client, id, bytes);
  configuration.catch(() => {}); // it is waited for when the layers are there
  const descriptors = await pushLayers(store, client, repository, layers, report);
  await configuration;
  const manifest = encodeManifest({
    mediaType: DOCKER_MEDIA_TYPE.config,
    size: bytes.length,
    digest: id,
  }, descriptors);
  const mediaType = DOCKER_MEDIA_TYPE.manifest, digest = await sha256(manifest);
  await client.putManifest(tag!, { mediaType, digest, bytes: manifest });
  {
    using _ = store.lockImages("exclusive");
    setNames(store, [{ repository, digest }], id);
  }
  report({ status: `${tag}: digest: ${digest} size: ${manifest.length}` });
  recordTransferEvent(store, "push", id, formatReference(reference), repository);
  return { reference, digest };
}

async function pushConfiguration(
  client: RegistryClient,
  id: string,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<void> {
  if (await client.blobSize(id) === undefined) await uploadDocument(client, id, bytes);
}

/** Somebody may remove the image meanwhile; its layers then go when the lease ends. */
function hold(store: Store, lease: LayerLease, chainIds: readonly string[]): Layer[] {
  using _ = store.lockImages("shared");
  return chainIds.map((chainId) => {
    const layer = readLayer(store, chainId);
    lease.hold(chainId);
    return layer;
  });
}

/** Layers with the same content are one blob. */
async function pushLayers(
  store: Store,
  client: RegistryClient,
  repository: string,
  layers: readonly Layer[],
  report: ReportTransfer,
): Promise<Descriptor[]> {
  const limit = new Limit(client.session.settings.maxUploads);
  const pushes = new Map<string, Promise<Descriptor>>();
  // docker names the topmost first.
  for (const layer of layers.toReversed()) {
    if (pushes.has(layer.diffId)) continue;
    report({ id: shortDigest(layer.diffId), status: "Preparing" });
    pushes.set(
      layer.diffId,
      limit.run(() => pushLayer({ store, client, repository, report }, layer)),
    );
  }
  await Promise.allSettled(pushes.values()); // none goes on after the first error is thrown
  return await Promise.all(layers.map(({ diffId }) => pushes.get(diffId)!));
}

/** As docker writes it, byte for byte. */
function encodeManifest(config: Descriptor, layers: readonly Descriptor[]) {
  const inOrder = ({ mediaType, size, digest }: Descriptor) => ({ mediaType, size, digest });
  const manifest = {
    schemaVersion: 2,
    mediaType: DOCKER_MEDIA_TYPE.manifest,
    config: inOrder(config),
    layers: layers.map(inOrder),
  };
  return new TextEncoder().encode(JSON.stringify(manifest, null, 3));
}

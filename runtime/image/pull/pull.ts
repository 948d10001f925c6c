/** Pulling images from a registry: by tag, by digest, or all tags of a repository. */

import type { Platform } from "../../../storage/archive/oci.ts";
import { EngineError, NotFoundError } from "../../../storage/errors.ts";
import { createImage, imageExists } from "../../../storage/image/image_store.ts";
import { recordTransferEvent } from "../../../storage/image/record_event.ts";
import {
  canonicalName,
  formatReference,
  type Reference,
} from "../../../storage/image/reference.ts";
import { Repositories } from "../../../storage/image/repositories.ts";
import { chainIdsOf, type Layer, layerExists } from "../../../storage/layer/layer_store.ts";
import { LayerLease } from "../../../storage/layer/lease.ts";
import { isMissing, RegistryClient } from "../../../storage/registry/client.ts";
import { type RegistryAccess, withRegistry } from "../../../storage/registry/connect.ts";
import { RegistryError } from "../../../storage/registry/error.ts";
import { locateRepository } from "../../../storage/registry/repository.ts";
import type { Store } from "../../../storage/store.ts";
import { syncLayer } from "../../../storage/layer/sync.ts";
import type { ReportTransfer } from "../transfer/progress.ts";
import { prepareForContainers } from "../../container/repair.ts";
import { downloadLayers } from "./layer_downloads.ts";
import {
  checkImagePlatform,
  fetchConfiguration,
  fetchRemoteImage,
  type RemoteImage,
  remoteName,
} from "./remote_image.ts";

export interface PullRequest extends RegistryAccess {
  /** With a tag or digest, unless all tags are wanted. */
  readonly reference: Reference;
  readonly allTags?: boolean;
  /** The host's by default. */
  readonly platform?: Platform;
  readonly report: ReportTransfer;
}

export interface PulledImage {
  readonly id: string;
  readonly reference: Reference;
  /** Of the manifest or index. */
  readonly digest: string;
  /** Whether the name stood for another image, or none, before. */
  readonly isNew: boolean;
}

/** Pulls what is asked for. A name changes only when all that it stands for is there. Throws EngineError. */
export async function pullImages(store: Store, request: PullRequest): Promise<PulledImage[]> {
  await prepareForContainers(store);
  const { reference, report } = request, { path } = locateRepository(reference.repository);
  const pulled: PulledImage[] = [];
  try {
    await withRegistry(reference.repository, "pull", request, async (client, commit) => {
      const references = request.allTags
        ? (await client.tags()).map((tag) => ({ repository: reference.repository, tag }))
        : [reference];
      if (references.length === 0) {
        throw new NotFoundError(`no tags found in repository ${formatReference(reference)}`);
      }
      for (const each of references) {
        const manifest = await client.manifest(remoteName(each));
        commit();
        report({ id: remoteName(each), status: `Pulling from ${path}` });
        const remote = await fetchRemoteImage(client, manifest, request.platform);
        pulled.push(await pullOne(store, client, each, remote, request));
        report({ status: `Digest: ${manifest.digest}` });
      }
    });
  } catch (error) {
    throw explained(error, reference);
  }
  const name = formatReference(reference);
  report({
    status: pulled.some(({ isNew }) => isNew)
      ? `Status: Downloaded newer image for ${name}`
      : `Status: Image is up to date for ${name}`,
  });
  return pulled;
}

async function pullOne(
  store: Store,
  client: RegistryClient,
  reference: Reference,
  { digest, manifest }: RemoteImage,
  request: PullRequest,
): Promise<PulledImage> {
  const image = await fetchConfiguration(client, manifest);
  checkImagePlatform(image, formatReference(reference), request.platform);
  const { repository, tag } = reference;
  const names: Reference[] = [
    ...reference.digest === undefined && tag !== undefined ? [{ repository, tag }] : [],
    { repository, digest },
  ];
  const before = Repositories.read(store);
  const isNew = names.some((name) => before.get(name) !== image.id);
  const { settings } = client.session;
  using lease = LayerLease.begin(store);
  const isComplete = imageExists(store, image.id) && await hasLayers(store, image.layers);
  const top: Layer | undefined = isComplete ? undefined : await downloadLayers(manifest, image, {
    store,
    lease,
    signal: request.signal,
    clientFor: (signal) => new RegistryClient(client.session, client.path, "pull", signal),
    repository: canonicalName(repository),
    limit: settings.maxDownloads,
    maxAttempts: settings.maxAttempts,
    report: request.report,
  });
  if (top !== undefined) await syncLayer(store, top);
  const topLayer = (await chainIdsOf(image.layers.map(({ diffId }) => diffId))).at(-1);
  await createImage(store, { bytes: image.bytes, topLayer, references: names });
  lease.finish();
  const name = formatReference({ repository, ...(reference.digest ? { digest } : { tag }) });
  recordTransferEvent(store, "pull", image.id, name, repository);
  return { id: image.id, reference, digest, isNew };
}

/** Whether nothing has to be fetched for an image. Its layers may go before it gets its name, which then fails. */
async function hasLayers(store: Store, layers: readonly { diffId: string }[]): Promise<boolean> {
  const chainIds = await chainIdsOf(layers.map(({ diffId }) => diffId));
  return chainIds.every((chainId) => layerExists(store, chainId));
}

/** Docker's words for a registry's refusals. */
function explained(error: unknown, reference: Reference): unknown {
  if (!(error instanceof RegistryError)) return error;
  const { status, code, message } = error;
  if (code === "DENIED" || code === "NAME_UNKNOWN" || (status === 401 && code !== undefined)) {
    return new NotFoundError(
      `pull access denied for ${reference.repository}, repository does not exist or may require ` +
        `'box login': ${message}`,
    );
  }
  if (isMissing(error) && code === "MANIFEST_UNKNOWN") {
    return new NotFoundError(`manifest for ${formatReference(reference)} not found: ${message}`);
  }
  return new EngineError(message, { cause: error });
}

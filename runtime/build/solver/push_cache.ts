/** --cache-to type=registry: an OCI manifest of a kind of its own, whose layers are those of the steps. */

import { type Descriptor, MEDIA_TYPE } from "../../../storage/archive/oci.ts";
import { ARTIFACT, CONFIG_TYPE } from "../../../storage/build/cache_directory_format.ts";
import type { CacheRecord } from "../../../storage/build/cache_store.ts";
import { sha256 } from "../../../storage/digest.ts";
import { parseNewReference } from "../../../storage/image/reference.ts";
import { goJson } from "../../../storage/json.ts";
import { type Layer, readLayer } from "../../../storage/layer/layer_store.ts";
import type { RegistryClient } from "../../../storage/registry/client.ts";
import { type RegistryAccess, withRegistry } from "../../../storage/registry/connect.ts";
import { uploadDocument } from "../../../storage/registry/upload.ts";
import type { Store } from "../../../storage/store.ts";
import { pushLayer } from "../../image/push/push_layer.ts";
import { Limit } from "../../image/transfer/limit.ts";
import { UNCOMPRESSED } from "./registry_cache.ts";

/** Layers of records must be held by somebody. Throws EngineError. */
export async function pushCache(
  store: Store,
  text: string,
  records: ReadonlyMap<string, CacheRecord>,
  access: RegistryAccess,
): Promise<void> {
  const { repository, tag } = parseNewReference(text);
  const layers = new Map<string, Layer>();
  for (const { chainId } of records.values()) {
    if (chainId !== undefined) layers.set(chainId, readLayer(store, chainId));
  }
  await withRegistry(repository, "pull,push", access, async (client, commit) => {
    await client.checkAccess();
    commit();
    const blobs = await pushLayers({ store, client, repository, report: () => {} }, layers);
    const config = await upload(client, { records: stepsOf(records, layers), mounts: [] });
    const manifest = encode({
      schemaVersion: 2,
      mediaType: MEDIA_TYPE.manifest,
      artifactType: ARTIFACT,
      config: { mediaType: CONFIG_TYPE, ...config },
      layers: blobs,
    });
    const digest = await sha256(manifest);
    await client.putManifest(tag!, { mediaType: MEDIA_TYPE.manifest, digest, bytes: manifest });
  });
}

/** Layers with the same content are one blob. */
async function pushLayers(
  push: Parameters<typeof pushLayer>[0],
  layers: ReadonlyMap<string, Layer>,
): Promise<Descriptor[]> {
  const limit = new Limit(push.client.session.settings.maxUploads);
  const byContent = new Map([...layers.values()].map((layer) => [layer.diffId, layer]));
  const pushes = [...byContent.values()].map((layer) =>
    limit.run(async () => ({
      ...await pushLayer(push, layer),
      mediaType: `${MEDIA_TYPE.layer}+gzip`,
      annotations: { [UNCOMPRESSED]: layer.diffId },
    }))
  );
  await Promise.allSettled(pushes); // none goes on after the first error is thrown
  return await Promise.all(pushes);
}

/** As a cache in a directory has them: sorted, so that the same build writes the same. */
function stepsOf(
  records: ReadonlyMap<string, CacheRecord>,
  layers: ReadonlyMap<string, Layer>,
) {
  return [...records].sort(([a], [b]) => a < b ? -1 : 1)
    .map(([key, { chainId, created, description }]) => {
      const layer = chainId === undefined ? undefined : layers.get(chainId)!;
      const blob = layer && { digest: layer.diffId, size: layer.size };
      return { key, created, description, ...(blob && { layer: blob }) };
    });
}

const encode = (value: unknown) => new TextEncoder().encode(goJson(value));

async function upload(client: RegistryClient, value: unknown) {
  const bytes = encode(value), digest = await sha256(bytes);
  if (await client.blobSize(digest) === undefined) await uploadDocument(client, digest, bytes);
  return { digest, size: bytes.length };
}

/** Pushing a list of manifests: what it lists comes into its repository, then the list itself. */

import { parseImageManifest } from "../../../storage/archive/oci_documents.ts";
import { sha256 } from "../../../storage/digest.ts";
import { EngineError } from "../../../storage/errors.ts";
import { parseReference, type Reference } from "../../../storage/image/reference.ts";
import type { RegistryClient } from "../../../storage/registry/client.ts";
import { type RegistryAccess, withRegistry } from "../../../storage/registry/connect.ts";
import {
  bytesOf,
  forgetManifestList,
  fullReference,
  type ManifestDescription,
  readManifestList,
} from "../../../storage/registry/manifest_list_store.ts";
import { locateRepository } from "../../../storage/registry/repository.ts";
import { mountBlob } from "../../../storage/registry/upload.ts";
import { isForeign } from "../pull/remote_image.ts";
import { listDocument } from "./document.ts";

export interface ManifestListPush extends RegistryAccess {
  readonly list: Reference;
  /** Whether the list is forgotten afterwards. */
  readonly purge: boolean;
  /** Is told of a manifest that came into the repository, by its name there. */
  onManifest(name: string, digest: string): void;
}

/** Pushes a list; returns its digest. Throws EngineError, in docker's words. */
export async function pushManifestList(
  { list, purge, onManifest, ...access }: ManifestListPush,
): Promise<string> {
  const manifests = await readManifestList(list);
  for (const { Ref, Descriptor: { platform } } of manifests) {
    if (platform?.os && platform.architecture) continue;
    throw new EngineError(
      `manifest ${Ref} must have an OS and Architecture to be pushed to a registry`,
    );
  }
  const document = listDocument(manifests, list), digest = await sha256(document.bytes);
  const { repository } = list;
  await withRegistry(repository, "pull,push", access, async (client, commit) => {
    await client.checkAccess();
    commit();
    const foreign = manifests.filter(({ Ref }) => pathOf(Ref) !== client.path);
    for (const manifest of foreign) await mountBlobs(client, manifest, list);
    for (const manifest of foreign) {
      const { digest, mediaType } = manifest.Descriptor;
      await client.putManifest(digest, { digest, mediaType, bytes: bytesOf(manifest) });
      onManifest(fullReference({ repository, digest }), digest);
    }
    await client.putManifest(list.digest ?? list.tag ?? "latest", { ...document, digest });
  });
  if (purge) await forgetManifestList(list);
  return digest;
}

const pathOf = (name: string) => locateRepository(parseReference(name).repository).path;

/** Has a manifest's blobs appear in the list's repository. Foreign layers need not be there. */
async function mountBlobs(
  client: RegistryClient,
  manifest: ManifestDescription,
  list: Reference,
): Promise<void> {
  const { Ref, Descriptor: { digest, mediaType } } = manifest;
  const { config, layers } = parseImageManifest(bytesOf(manifest), `manifest ${digest}`, mediaType);
  const blobs = [config, ...layers].filter((blob) => !isForeign(blob));
  for (const { digest } of new Map(blobs.map((blob) => [blob.digest, blob])).values()) {
    if (await mountBlob(client, digest, pathOf(Ref)) === true) continue;
    if (await client.blobSize(digest) !== undefined) continue;
    const { repository } = parseReference(Ref), blob = fullReference({ repository, digest });
    throw new EngineError(`error mounting ${blob} to ${fullReference(list)}`);
  }
}

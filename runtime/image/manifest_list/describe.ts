/** What docker tells of a manifest: `docker manifest inspect -v`. */

import { DOCKER_MEDIA_TYPE, type Platform } from "../../../storage/archive/oci.ts";
import {
  isIndexType,
  isManifestType,
  parseImageManifest,
} from "../../../storage/archive/oci_documents.ts";
import { EngineError, NotFoundError } from "../../../storage/errors.ts";
import type { Reference } from "../../../storage/image/reference.ts";
import { isMissing, type RegistryClient } from "../../../storage/registry/client.ts";
import { type RegistryAccess, withRegistry } from "../../../storage/registry/connect.ts";
import type { Manifest } from "../../../storage/registry/manifest.ts";
import {
  fullReference,
  type ManifestDescription,
} from "../../../storage/registry/manifest_list_store.ts";

/** Calls `use` with what a registry has under a name. Throws NotFoundError in docker's words. */
export async function withManifest<T>(
  reference: Reference,
  access: RegistryAccess,
  use: (client: RegistryClient, manifest: Manifest) => Promise<T>,
): Promise<T> {
  const name = reference.digest ?? reference.tag ?? "latest";
  try {
    return await withRegistry(
      reference.repository,
      "pull",
      access,
      async (client) => await use(client, await client.manifest(name)),
    );
  } catch (error) {
    if (!isMissing(error)) throw error;
    throw new NotFoundError(`no such manifest: ${fullReference(reference)}`);
  }
}

/** What a registry has under a name, which must be one image's manifest. */
export async function fetchDescription(
  reference: Reference,
  access: RegistryAccess,
): Promise<ManifestDescription> {
  return await withManifest(reference, access, async (client, manifest) => {
    const name = fullReference(reference);
    if (isIndexType(manifest.mediaType)) throw new EngineError(`${name} is a manifest list`);
    if (!isManifestType(manifest.mediaType)) throw new EngineError(`${name} is not a manifest`);
    return await describe(client, manifest, name);
  });
}

/** Its platform is what a list says, or else what its configuration does. */
export async function describe(
  client: RegistryClient,
  manifest: Manifest,
  name: string,
  platform?: Platform,
): Promise<ManifestDescription> {
  const { mediaType, digest, bytes } = manifest;
  return {
    Ref: name,
    Descriptor: {
      mediaType,
      digest,
      size: bytes.length,
      platform: platform ?? await platformOf(client, manifest),
    },
    Raw: bytes.toBase64(),
    [mediaType === DOCKER_MEDIA_TYPE.manifest ? "SchemaV2Manifest" : "OCIManifest"]: parsed(bytes),
  };
}

async function platformOf(client: RegistryClient, manifest: Manifest): Promise<Platform> {
  const { bytes, digest, mediaType } = manifest;
  const { config } = parseImageManifest(bytes, `manifest ${digest}`, mediaType);
  const configuration = parsed(await client.document(config.digest, config.size)) as Platform;
  const { architecture, os, "os.version": version, "os.features": features, variant } =
    configuration;
  return {
    architecture,
    os,
    ...(version && { "os.version": version }),
    ...(features && { "os.features": features }),
    ...(variant && { variant }),
  };
}

/** A document's content. */
export function parsed(bytes: Uint8Array<ArrayBuffer>): unknown {
  return JSON.parse(new TextDecoder().decode(bytes));
}

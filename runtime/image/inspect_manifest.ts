/** What a registry has under a name, without pulling it. */

import {
  isIndexType,
  parseImageManifest,
  parseIndex,
} from "../../storage/archive/oci_documents.ts";
import { DOCKER_MEDIA_TYPE, type Platform } from "../../storage/archive/oci.ts";
import { NotFoundError } from "../../storage/errors.ts";
import { canonicalName, formatReference, type Reference } from "../../storage/image/reference.ts";
import { isMissing, type RegistryClient } from "../../storage/registry/client.ts";
import { type RegistryAccess, withRegistry } from "../../storage/registry/connect.ts";
import type { Manifest } from "../../storage/registry/manifest.ts";

/** As docker shows it: `docker manifest inspect -v`. */
export interface ManifestDescription {
  readonly Ref: string;
  readonly Descriptor: {
    readonly mediaType: string;
    readonly digest: string;
    readonly size: number;
    readonly platform: Platform;
  };
  readonly SchemaV2Manifest?: unknown;
  readonly OCIManifest?: unknown;
}

/** The document itself, or, if it is to be verbose, what docker tells of it, or of all that it lists. */
export async function inspectManifest(
  reference: Reference,
  access: RegistryAccess,
  verbose: boolean,
): Promise<unknown> {
  try {
    return await withRegistry(reference.repository, "pull", access, async (client) => {
      const top = await client.manifest(reference.digest ?? reference.tag ?? "latest");
      if (!verbose) return contentOf(top);
      if (!isIndexType(top.mediaType)) {
        return await describe(client, top, nameOf(reference), undefined);
      }
      const { manifests } = parseIndex(top.bytes, `manifest ${top.digest}`, top.mediaType);
      const list: ManifestDescription[] = [];
      for (const { digest, platform } of manifests) {
        const name = `${nameOf({ repository: reference.repository })}@${digest}`;
        list.push(await describe(client, await client.manifest(digest), name, platform));
      }
      return list;
    });
  } catch (error) {
    if (!isMissing(error)) throw error;
    throw new NotFoundError(`no such manifest: ${nameOf(reference)}`);
  }
}

function nameOf({ repository, ...rest }: Reference): string {
  return formatReference({ repository: canonicalName(repository), ...rest });
}

async function describe(
  client: RegistryClient,
  manifest: Manifest,
  name: string,
  platform: Platform | undefined,
): Promise<ManifestDescription> {
  const { mediaType, digest, bytes } = manifest;
  const content = contentOf(manifest);
  return {
    Ref: name,
    Descriptor: {
      mediaType,
      digest,
      size: bytes.length,
      platform: platform ?? await platformOf(client, manifest),
    },
    [mediaType === DOCKER_MEDIA_TYPE.manifest ? "SchemaV2Manifest" : "OCIManifest"]: content,
  };
}

async function platformOf(client: RegistryClient, manifest: Manifest): Promise<Platform> {
  const { bytes, digest, mediaType } = manifest;
  const { config } = parseImageManifest(bytes, `manifest ${digest}`, mediaType);
  const text = new TextDecoder().decode(await client.document(config.digest, config.size));
  const { architecture, os, variant } = JSON.parse(text);
  return { architecture, os, ...(variant && { variant }) };
}

function contentOf({ bytes }: Manifest): unknown {
  return JSON.parse(new TextDecoder().decode(bytes));
}

/** An image as a registry describes it. */

import {
  isIndexType,
  isManifestType,
  parseImageManifest,
  parseIndex,
} from "../../../storage/archive/oci_documents.ts";
import { type LoadableImage, makeLoadable } from "../../../storage/archive/loadable_image.ts";
import {
  type Descriptor,
  type ImageManifest,
  type Platform,
} from "../../../storage/archive/oci.ts";
import { ConflictError, InvalidError, NotFoundError } from "../../../storage/errors.ts";
import type { Reference } from "../../../storage/image/reference.ts";
import type { RegistryClient } from "../../../storage/registry/client.ts";
import {
  choosePlatform,
  formatPlatform,
  hostPlatform,
  type Manifest,
} from "../../../storage/registry/manifest.ts";

/** Layers that an image can have: what the store can stack. */
const MAX_LAYERS = 125;

export interface RemoteImage {
  /** Of what the tag or digest names: the index, if it is one. */
  readonly digest: string;
  readonly manifest: ImageManifest;
}

/** The manifest behind a tag or digest; of an index, that of the platform. */
export async function fetchRemoteImage(
  client: RegistryClient,
  top: Manifest,
  platform: Platform | undefined,
): Promise<RemoteImage> {
  if (!isIndexType(top.mediaType)) return { digest: top.digest, manifest: parse(top) };
  const { manifests } = parseIndex(top.bytes, `manifest ${top.digest}`, top.mediaType);
  const wanted = platform ?? hostPlatform, chosen = choosePlatform(manifests, wanted);
  if (chosen === undefined) {
    throw new NotFoundError(
      `no matching manifest for ${formatPlatform(wanted)} in the manifest list entries`,
    );
  }
  const manifest = await client.manifest(chosen.digest);
  if (manifest.mediaType !== chosen.mediaType) {
    throw new InvalidError(
      `manifest ${chosen.digest} has media type ${JSON.stringify(manifest.mediaType)}, ` +
        `expected ${JSON.stringify(chosen.mediaType)}`,
    );
  }
  return { digest: top.digest, manifest: parse(manifest) };
}

function parse({ bytes, mediaType, digest }: Manifest): ImageManifest {
  if (!isManifestType(mediaType)) {
    throw new InvalidError(
      `unsupported media type ${JSON.stringify(mediaType)} of manifest ${digest}`,
    );
  }
  const manifest = parseImageManifest(bytes, `manifest ${digest}`, mediaType);
  if (manifest.layers.length > MAX_LAYERS) throw new InvalidError("max depth exceeded");
  return manifest;
}

/** Fetches the configuration that goes with a manifest. */
export async function fetchConfiguration(
  client: RegistryClient,
  { config, layers }: ImageManifest,
): Promise<LoadableImage> {
  const bytes = await client.document(config.digest, config.size);
  return await makeLoadable(bytes, `configuration ${config.digest}`, {
    references: [],
    layers: layers.map(({ digest, size }) => ({ path: digest, digest, size })),
  });
}

/** A single image may be for another platform than the one that was asked for. */
export function checkImagePlatform(
  { config }: LoadableImage,
  name: string,
  wanted: Platform | undefined,
): void {
  const actual = { ...config, os: config.os || "linux" };
  const fits = wanted === undefined || actual.architecture === undefined ||
    (wanted.os === actual.os && wanted.architecture === actual.architecture);
  if (fits) return;
  throw new ConflictError(
    `image with reference ${name} was found but does not match the specified platform: ` +
      `wanted ${formatPlatform(wanted)}, actual: ${formatPlatform(actual)}`,
  );
}

/** The tag or digest by which the registry is asked for it. */
export function remoteName({ tag, digest }: Reference): string {
  return digest ?? tag ?? "latest";
}

/** Whether a layer's bytes need not be at the registry: docker's foreign layers, the OCI's non-distributable ones. */
export function isForeign({ mediaType }: Descriptor): boolean {
  return /\.foreign\.|\.nondistributable\./.test(mediaType);
}

/**
 * Parses OCI manifests and indexes. The two are told apart by what the descriptor says, and a document that could be read as
 * either is refused, or two programs would see different images behind one digest (CVE-2021-41190).
 */

import { isContentDigest } from "../digest.ts";
import { InvalidError } from "../errors.ts";
import { parseDocument } from "./image_archive.ts";
import {
  type Descriptor,
  DOCKER_MEDIA_TYPE,
  type ImageIndex,
  type ImageManifest,
  MEDIA_TYPE,
} from "./oci.ts";

type Bytes = Uint8Array<ArrayBuffer>;

export function isIndexType(mediaType: string): boolean {
  return mediaType === MEDIA_TYPE.index || mediaType === DOCKER_MEDIA_TYPE.index;
}

export function isManifestType(mediaType: string): boolean {
  return mediaType === MEDIA_TYPE.manifest || mediaType === DOCKER_MEDIA_TYPE.manifest;
}

function isConfigType(mediaType: string): boolean {
  return mediaType === MEDIA_TYPE.config || mediaType === DOCKER_MEDIA_TYPE.config;
}

const layerType =
  /^application\/vnd\.(?:oci\.image\.layer(?:\.nondistributable)?\.v1\.tar|docker\.image\.rootfs(?:\.foreign)?\.diff\.tar)(?:[.+](?:gzip|zstd))?$/;

/** `name` is for errors; `mediaType` is what the descriptor said, if there was one. */
export function parseIndex(bytes: Bytes, name: string, mediaType?: string): ImageIndex {
  const value = parseVersioned(bytes, name, mediaType ?? MEDIA_TYPE.index);
  if ("config" in value || "layers" in value) throw confused(name);
  const { manifests } = value as Partial<ImageIndex>;
  if (!Array.isArray(manifests)) throw new InvalidError(`${name} is not an image index`);
  manifests.forEach((manifest) => checkDescriptor(manifest, name));
  return value as unknown as ImageIndex;
}

export function parseImageManifest(bytes: Bytes, name: string, mediaType: string): ImageManifest {
  const value = parseVersioned(bytes, name, mediaType);
  if ("manifests" in value) throw confused(name);
  const { config, layers } = value as Partial<ImageManifest>;
  if (!Array.isArray(layers)) throw new InvalidError(`${name} is not an image manifest`);
  [config, ...layers].forEach((descriptor) => checkDescriptor(descriptor, name));
  if (!isConfigType(config!.mediaType)) throw unsupported(config!);
  const odd = layers.find((layer) => !layerType.test(layer.mediaType));
  if (odd !== undefined) throw unsupported(odd);
  return value as unknown as ImageManifest;
}

function parseVersioned(bytes: Bytes, name: string, mediaType: string): Record<string, unknown> {
  const value = parseDocument(bytes, name) as Record<string, unknown> | null;
  if (typeof value !== "object" || value === null || value.schemaVersion !== 2) {
    throw new InvalidError(`${name} is not a document of schema version 2`);
  }
  if (value.mediaType !== undefined && value.mediaType !== mediaType) {
    throw new InvalidError(
      `${name} has media type ${JSON.stringify(value.mediaType)}, expected ${
        JSON.stringify(mediaType)
      }`,
    );
  }
  return value;
}

function checkDescriptor(value: unknown, name: string): asserts value is Descriptor {
  const { mediaType, digest, size, annotations } = (value ?? {}) as Partial<Descriptor>;
  const isValid = typeof mediaType === "string" && typeof digest === "string" &&
    Number.isSafeInteger(size) && size! >= 0;
  if (!isValid) throw new InvalidError(`${name} has a malformed descriptor`);
  if (!isContentDigest(digest)) {
    throw new InvalidError(`unsupported digest ${JSON.stringify(digest)}`);
  }
  for (const text of Object.values(annotations ?? {})) {
    if (typeof text !== "string") throw new InvalidError(`${name} has malformed annotations`);
  }
}

function confused(name: string): InvalidError {
  return new InvalidError(`${name} could be both an image index and an image manifest`);
}

export function unsupported({ mediaType, digest }: Descriptor): InvalidError {
  return new InvalidError(`unsupported media type ${JSON.stringify(mediaType)} of ${digest}`);
}

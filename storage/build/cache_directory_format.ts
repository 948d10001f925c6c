/** The documents of a directory with what builds have made; see cache_directory.ts. */

import type { Descriptor } from "../archive/oci.ts";
import { isDigest } from "../digest.ts";
import { InvalidError } from "../errors.ts";

/** What index.json calls the manifest of such a cache. */
export const ARTIFACT = "application/vnd.box.buildcache.v1";
export const CONFIG_TYPE = "application/vnd.box.buildcache.config.v1+json";

export type CacheBlob = Pick<Descriptor, "digest" | "size">;

/** One step. */
export interface PortableRecord {
  readonly key: string;
  readonly created: string;
  readonly description: string;
  /** The step's own layer; its digest is its diff id. Missing if the step changed nothing. */
  readonly layer?: CacheBlob;
}

/** A directory of `RUN --mount=type=cache`, as a tar. */
export interface PortableMount extends CacheBlob {
  readonly name: string;
}

export interface CacheConfig {
  readonly records: readonly PortableRecord[];
  readonly mounts: readonly PortableMount[];
}

export const isCache = (descriptor: Descriptor) =>
  (descriptor as { artifactType?: unknown }).artifactType === ARTIFACT;

export function isBlob(value: unknown): value is CacheBlob {
  const { digest, size } = (value ?? {}) as Partial<CacheBlob>;
  return isDigest(digest) && Number.isSafeInteger(size) && size! >= 0;
}

/** Throws InvalidError for a configuration that is none. */
export function checkConfig(value: unknown): CacheConfig {
  const { records, mounts } = (value ?? {}) as Partial<CacheConfig>;
  const isValid = Array.isArray(records) && records.every(isRecord) &&
    Array.isArray(mounts) && mounts.every(isMount);
  if (!isValid) throw new InvalidError("malformed configuration of a cache");
  return { records, mounts };
}

function isMount(value: unknown): value is PortableMount {
  return isBlob(value) && typeof (value as Partial<PortableMount>).name === "string";
}

function isRecord(value: unknown): value is PortableRecord {
  const { key, created, description, layer } = (value ?? {}) as Partial<PortableRecord>;
  return isDigest(key) && typeof created === "string" && typeof description === "string" &&
    (layer === undefined || isBlob(layer));
}

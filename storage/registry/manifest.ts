/** Manifests as registries serve them: the OCI's and docker's, which are the same but for their names. */

import type { Descriptor } from "../archive/oci.ts";
import { DOCKER_MEDIA_TYPE, MEDIA_TYPE, type Platform } from "../archive/oci.ts";
import { hostArchitecture } from "../image/config.ts";

/** What box understands, as it is said to registries. */
export const ACCEPTED_MANIFESTS = [
  DOCKER_MEDIA_TYPE.manifest,
  DOCKER_MEDIA_TYPE.index,
  MEDIA_TYPE.manifest,
  MEDIA_TYPE.index,
].join(", ");

/** Bytes of a manifest; what is larger is refused, as by docker and containerd. */
export const MANIFEST_LIMIT = 4 << 20;

/** A document with a digest. */
export interface Manifest {
  readonly mediaType: string;
  readonly digest: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

const ATTESTATION = "vnd.docker.reference.type";

/** `os/architecture[/variant]` of an image that runs here. */
export const hostPlatform: Platform = { os: "linux", architecture: hostArchitecture };

/** The entry of an index that suits a platform best, in containerd's order: the variant asked for, then lower ones. */
export function choosePlatform(
  manifests: readonly Descriptor[],
  wanted: Platform,
): Descriptor | undefined {
  const images = manifests.filter(({ annotations }) => annotations?.[ATTESTATION] === undefined);
  for (const variant of variantsOf(wanted)) {
    const found = images.find(({ platform }) =>
      platform?.os === wanted.os && platform.architecture === wanted.architecture &&
      normalVariant(platform) === variant
    );
    if (found !== undefined) return found;
  }
}

function normalVariant({ architecture, variant = "" }: Platform): string {
  if (architecture === "arm64" && variant === "v8") return "";
  if (architecture === "amd64" && variant === "v1") return "";
  return architecture === "arm" && variant === "" ? "v7" : variant;
}

function variantsOf(platform: Platform): string[] {
  const variant = normalVariant(platform), version = /^v([0-9])$/.exec(variant)?.[1];
  if (platform.architecture === "arm" && version !== undefined) {
    return [variant, ...["v8", "v7", "v6", "v5"].filter((each) => each < variant)];
  }
  return variant === "" ? [""] : [variant, ""];
}

/** As errors and inspect show it. */
export function formatPlatform({ os, architecture, variant }: Platform): string {
  return [os, architecture, variant].filter(Boolean).join("/");
}

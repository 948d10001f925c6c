/** Choosing among the images that an index offers for several platforms. */

import { InvalidError } from "../errors.ts";
import { hostArchitecture } from "../image/config.ts";
import type { Descriptor } from "./oci.ts";

/** Where BuildKit keeps what it knows about how an image was made: a manifest, but not of an image. */
const ATTESTATION = "vnd.docker.reference.type";

/**
 * The host's image. One that does not say its platform is taken if there is no better, and so is the only one of all, as
 * docker loads an image of any architecture.
 */
export function choosePlatform(manifests: readonly Descriptor[]): Descriptor {
  const images = manifests.filter(isImage);
  const chosen = images.find(isHosts) ?? images.find(({ platform }) => !platform) ??
    (images.length === 1 ? images[0] : undefined);
  if (chosen !== undefined) return chosen;
  throw new InvalidError(
    `no matching manifest for linux/${hostArchitecture} in the manifest list entries`,
  );
}

/**
 * One for each name; of those without a name all, unless they differ by platform only.
 */
export function chooseByName(
  manifests: readonly Descriptor[],
  nameOf: (descriptor: Descriptor) => string | undefined,
): Descriptor[] {
  const groups = Map.groupBy(manifests.filter(isImage), nameOf);
  return [...groups].flatMap(([name, group]) =>
    name !== undefined || group.every(({ platform }) => platform) ? [choosePlatform(group)] : group
  );
}

function isImage({ platform, annotations }: Descriptor): boolean {
  return platform?.os !== "unknown" && annotations?.[ATTESTATION] === undefined;
}

function isHosts({ platform }: Descriptor): boolean {
  return platform?.os === "linux" && platform.architecture === hostArchitecture;
}

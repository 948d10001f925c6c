/** The document that a list of manifests becomes. */

import {
  type Descriptor,
  DOCKER_MEDIA_TYPE,
  MEDIA_TYPE,
  type Platform,
} from "../../../storage/archive/oci.ts";
import { EngineError } from "../../../storage/errors.ts";
import { parseReference, type Reference } from "../../../storage/image/reference.ts";
import type { ManifestDescription } from "../../../storage/registry/manifest_list_store.ts";
import { locateRepository } from "../../../storage/registry/repository.ts";

/** As docker writes it: an index of the OCI if the first manifest is the OCI's. Throws EngineError in docker's words. */
export function listDocument(manifests: readonly ManifestDescription[], list: Reference) {
  const target = locateRepository(list.repository);
  const descriptors = manifests.map(({ Ref, Descriptor }) => {
    const { registry } = locateRepository(parseReference(Ref).repository);
    if (registry === target.registry) return listed(Descriptor);
    throw new EngineError(
      "cannot use source images from a different registry than the target image: " +
        `${registry} != ${target.registry}`,
    );
  });
  const isOci = descriptors[0]?.mediaType === MEDIA_TYPE.manifest;
  const mediaType = isOci ? MEDIA_TYPE.index : DOCKER_MEDIA_TYPE.index;
  const document = { schemaVersion: 2, mediaType, manifests: descriptors };
  return { mediaType, bytes: new TextEncoder().encode(JSON.stringify(document, null, 3)) };
}

/** The fields in docker's order. */
function listed({ mediaType, size, digest, platform }: Descriptor): Descriptor {
  return { mediaType, size, digest, ...(platform && { platform: inOrder(platform) }) };
}

function inOrder(platform: Platform): Platform {
  const { architecture, os, "os.version": version, "os.features": features, variant } = platform;
  return {
    architecture,
    os,
    ...(version && { "os.version": version }),
    ...(features?.length && { "os.features": features }),
    ...(variant && { variant }),
  };
}

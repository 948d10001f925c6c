/** Making a list of manifests, which stays with the user until it is pushed. */

import { ConflictError } from "../../../storage/errors.ts";
import type { Reference } from "../../../storage/image/reference.ts";
import type { RegistryAccess } from "../../../storage/registry/connect.ts";
import {
  hasManifestList,
  keepListedManifest,
  readListedManifest,
} from "../../../storage/registry/manifest_list_store.ts";
import { fetchDescription } from "./describe.ts";

export interface ManifestListCreation extends RegistryAccess {
  readonly list: Reference;
  /** Of images in a registry. */
  readonly manifests: readonly Reference[];
  /** Whether the list may exist, and gets more. */
  readonly amend: boolean;
}

/** What the list has already is not asked for again, so that annotations stay. Throws EngineError. */
export async function createManifestList(
  { list, manifests, amend, ...access }: ManifestListCreation,
): Promise<void> {
  if (!amend && hasManifestList(list)) {
    throw new ConflictError("refusing to amend an existing manifest list with no --amend flag");
  }
  for (const name of manifests) {
    if (await readListedManifest(list, name) !== undefined) continue;
    await keepListedManifest(list, name, await fetchDescription(name, access));
  }
}

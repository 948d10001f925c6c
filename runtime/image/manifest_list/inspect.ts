/** What a list that is being made has in it, or what a registry has under a name, without pulling it. */

import { isIndexType, parseIndex } from "../../../storage/archive/oci_documents.ts";
import { EngineError } from "../../../storage/errors.ts";
import type { Reference } from "../../../storage/image/reference.ts";
import type { RegistryAccess } from "../../../storage/registry/connect.ts";
import {
  bytesOf,
  fullReference,
  hasManifestList,
  type ManifestDescription,
  readListedManifest,
  readManifestList,
} from "../../../storage/registry/manifest_list_store.ts";
import { describe, fetchDescription, parsed, withManifest } from "./describe.ts";
import { listDocument } from "./document.ts";

export interface ManifestInspection extends RegistryAccess {
  /** A list that is being made, and may have the manifest. */
  readonly list?: Reference;
  readonly reference: Reference;
  /** Whether what docker tells of it, or of all that it lists, is wanted, and not the document itself. */
  readonly verbose: boolean;
}

/** A document as text, or else a value to be shown. */
export async function inspectManifest(
  { list, reference, verbose, ...access }: ManifestInspection,
): Promise<unknown> {
  if (list !== undefined) {
    const found = await readListedManifest(list, reference) ??
      await fetchDescription(reference, access);
    return verbose ? found : parsed(bytesOf(found));
  }
  if (hasManifestList(reference)) {
    const local = await readManifestList(reference);
    return verbose ? local : localDocument(local, reference);
  }
  return await inspectRemote(reference, access, verbose);
}

function localDocument(local: readonly ManifestDescription[], reference: Reference): string {
  try {
    return new TextDecoder().decode(listDocument(local, reference).bytes);
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    throw new EngineError(`failed to assemble ManifestDescriptor: ${error.message}`);
  }
}

async function inspectRemote(
  reference: Reference,
  access: RegistryAccess,
  verbose: boolean,
): Promise<unknown> {
  return await withManifest(reference, access, async (client, top) => {
    if (!verbose) return parsed(top.bytes);
    if (!isIndexType(top.mediaType)) return await describe(client, top, fullReference(reference));
    const { manifests } = parseIndex(top.bytes, `manifest ${top.digest}`, top.mediaType);
    const { repository } = reference, list: ManifestDescription[] = [];
    for (const { digest, platform } of manifests) {
      const name = fullReference({ repository, digest });
      list.push(await describe(client, await client.manifest(digest), name, platform));
    }
    return list;
  });
}

/** Who owns what is unpacked. */

import { type IdMapping, type IdMappings, toHostId } from "../../ffi/idmap.ts";
import { ArchiveError } from "./archive_error.ts";
import type { Owner } from "./attributes.ts";

/** The owner on the host; `ids` is the user namespace whose ids these are, if it is not the host's. */
export function ownerOnHost({ uid, gid }: Owner, ids: IdMappings | undefined): Owner {
  return ids === undefined
    ? { uid, gid }
    : { uid: mapped(ids.uidMappings, uid), gid: mapped(ids.gidMappings, gid) };
}

function mapped(mappings: readonly IdMapping[], id: number): number {
  const hostId = toHostId(mappings, id);
  if (hostId !== undefined) return hostId;
  throw new ArchiveError(`Container ID ${id} cannot be mapped to a host ID`);
}

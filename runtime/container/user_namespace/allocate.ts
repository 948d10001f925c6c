/** --userns=auto: a range of the host's ids that no other container of the store has. */

import type { IdMapping, IdMappings } from "../../../ffi/idmap.ts";
import { EngineError } from "../../../storage/errors.ts";
import { type HostFiles, hostFiles, type IdRange, parseRanges } from "./subordinate_ids.ts";

/** Whose ranges in /etc/subuid and /etc/subgid these are: podman's name. */
const OWNER = "containers";

/** Where the host names none: the upper half of all ids, which no distribution gives away. */
const DEFAULT_RANGE: IdRange = { start: 2 ** 31, size: 2 ** 31 - 65536 };

/** So many ids that none of `taken` has. */
export function allocateIds(
  size: number,
  taken: readonly IdMappings[],
  files: HostFiles = hostFiles,
): IdMappings {
  const choose = (file: string, used: readonly IdMapping[]): IdMapping[] => {
    const ranges = parseRanges(files.read(file), [OWNER]);
    const hostID = firstFree(size, ranges.length > 0 ? ranges : [DEFAULT_RANGE], used);
    if (hostID !== undefined) return [{ containerID: 0, hostID, size }];
    const count = `${size} free ids in a row`;
    throw new EngineError(
      `could not find enough available IDs: no ${count} for user "${OWNER}" in ${file}`,
    );
  };
  return {
    uidMappings: choose("/etc/subuid", taken.flatMap((each) => each.uidMappings)),
    gidMappings: choose("/etc/subgid", taken.flatMap((each) => each.gidMappings)),
  };
}

function firstFree(
  size: number,
  ranges: readonly IdRange[],
  used: readonly IdMapping[],
): number | undefined {
  const inOrder = used.toSorted((a, b) => a.hostID - b.hostID);
  for (const { start, size: available } of ranges) {
    let candidate = start;
    for (const { hostID, size: length } of inOrder) {
      if (hostID < candidate + size && candidate < hostID + length) candidate = hostID + length;
    }
    if (candidate + size <= start + available) return candidate;
  }
  return undefined;
}

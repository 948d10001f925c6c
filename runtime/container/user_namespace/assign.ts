/** Which ids of the host a new container gets. */

import type { IdMappings } from "../../../ffi/idmap.ts";
import type { HostConfig } from "../../../storage/container/config.ts";
import { containerPath } from "../../../storage/container/container_store.ts";
import {
  listIdMappings,
  readIdMappings,
  writeIdMappings,
} from "../../../storage/container/id_mappings.ts";
import { ConflictError } from "../../../storage/errors.ts";
import type { Store } from "../../../storage/store.ts";
import { donorsOf } from "../shared_namespaces.ts";
import { allocateIds } from "./allocate.ts";
import { DEFAULT_SIZE, parseUsernsMode } from "./mode.ts";
import { remappedIds } from "./subordinate_ids.ts";

/**
 * Writes them into the directory of a container that is being made. `remap` is docker's userns-remap, for what asks for no range
 * of its own. Throws EngineError if there are none.
 */
export function assignIds(
  store: Store,
  directory: string,
  hostConfig: HostConfig,
  remap: string | undefined,
): void {
  const mode = parseUsernsMode(hostConfig.UsernsMode);
  const shared = sharedIds(store, hostConfig);
  if (shared) return writeIdMappings(directory, shared);
  if (mode.kind === "private" && remap) return writeIdMappings(directory, remappedIds(remap));
  const size = mode.kind === "auto" ? mode.size : DEFAULT_SIZE;
  using _ = store.lockNames();
  writeIdMappings(directory, allocateIds(size, listIdMappings(store)));
}

/** As with docker, containers that share another namespace share the user namespace that it belongs to. */
function sharedIds(store: Store, hostConfig: HostConfig): IdMappings | undefined {
  const [first, ...others] = donorsOf(hostConfig).map((id) => {
    const ids = readIdMappings(containerPath(store, id));
    if (ids) return { id, ids };
    throw new ConflictError(
      `cannot share namespaces of container ${id}: it has no user namespace`,
    );
  });
  const other = others.find(({ ids }) => JSON.stringify(ids) !== JSON.stringify(first.ids));
  if (other) {
    throw new ConflictError(
      `cannot share namespaces of containers ${first.id} and ${other.id}: ` +
        "their user namespaces are not the same",
    );
  }
  return first?.ids;
}

/** On which networks ports are published, and where on the host if nothing else is said. */

import type { NetworkFile } from "../../../storage/network/config.ts";
import { HOST_BINDING } from "../bridge_options.ts";

/** Docker publishes ports of containers on bridges that lead outside. */
export function isPublishing({ Driver, Internal }: NetworkFile): boolean {
  return Driver === "bridge" && !Internal;
}

/** The host's address for ports that were given none; undefined for every address. */
export function hostBinding({ Options }: NetworkFile): string | undefined {
  return Options[HOST_BINDING] || undefined;
}

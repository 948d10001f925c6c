/** Which overlays of a store are mounted. */

import { mountPoints } from "../../ffi/mount_points.ts";
import type { Store } from "../store.ts";

/** Their ids, as this process sees it. */
export function listMountedOverlays(store: Store): string[] {
  const prefix = `${Deno.realPathSync(store.overlays)}/`, suffix = "/merged";
  return mountPoints()
    .filter((path) => path.startsWith(prefix) && path.endsWith(suffix))
    .map((path) => path.slice(prefix.length, -suffix.length))
    .filter((mountId) => /^[a-f0-9]+$/.test(mountId));
}

/** Which overlays of a store are mounted. */

import { AT } from "../../ffi/constants.ts";
import { listNames } from "../../ffi/directory.ts";
import { entered } from "../../ffi/entered.ts";
import { mountPoints } from "../../ffi/mount_points.ts";
import { statIfExists } from "../../ffi/stat.ts";
import type { Store } from "../store.ts";
import { mergedPath } from "./mount.ts";

/**
 * Their ids, as this process sees it. An ordinary user's mounts go with his mount namespace when all have been killed who were in
 * it: there it is told from the mount points, which are made and removed with the mounts.
 */
export function listMountedOverlays(store: Store): string[] {
  return entered() === undefined ? listMounts(store) : listMountPoints(store);
}

function listMounts(store: Store): string[] {
  const prefix = `${Deno.realPathSync(store.overlays)}/`, suffix = "/merged";
  return mountPoints()
    .filter((path) => path.startsWith(prefix) && path.endsWith(suffix))
    .map((path) => path.slice(prefix.length, -suffix.length))
    .filter(isMountId);
}

function listMountPoints(store: Store): string[] {
  return listNames(store.overlays)
    .filter((id) => isMountId(id) && statIfExists(AT.FDCWD, mergedPath(store, id)) !== undefined);
}

const isMountId = (name: string) => /^[a-f0-9]+$/.test(name);

/** Which storage driver a store has, or is to have. */

import { AT, O } from "../../ffi/constants.ts";
import { hasFileSystem } from "../../ffi/mount.ts";
import { openAt, withFd } from "../../ffi/file.ts";
import { mountingRefusal } from "../../ffi/privilege.ts";
import { fileSystemType, statIfExists } from "../../ffi/stat.ts";
import { supportsAttribute } from "../../ffi/xattr.ts";
import { InvalidError } from "../errors.ts";
import { nearestExisting } from "../nearest_existing.ts";

/** docker's names: layers that the kernel stacks, and layers that are copies of what they stand on. */
export const storageDrivers = ["overlay2", "vfs"] as const;
export type StorageDriverName = typeof storageDrivers[number];

/** The variable that names a driver; `--storage-driver` sets it. */
export const DRIVER_VARIABLE = "BOX_STORAGE_DRIVER";

export function isDriverNamed(): boolean {
  return Boolean(Deno.env.get(DRIVER_VARIABLE));
}

/** As docker chooses: what is asked for; what is there; else the first that can be had. InvalidError for a driver that there is not. */
export function chooseDriver(root: string): StorageDriverName {
  const named = Deno.env.get(DRIVER_VARIABLE);
  if (named) {
    const known = storageDrivers.find((name) => name === named);
    if (known === undefined) {
      throw new InvalidError(`storage driver ${named}: driver not supported`);
    }
    return known;
  }
  const existing = storageDrivers.find((name) =>
    statIfExists(AT.FDCWD, `${root}/image/${name}`) !== undefined
  );
  return existing ?? (whyNoOverlays(root) === undefined ? "overlay2" : "vfs");
}

const OVERLAYFS = 0x794c7630, NFS = 0x6969;

/** Why a store at this path cannot have overlays; undefined if nothing speaks against it. Nothing is written. */
export function whyNoOverlays(root: string): string | undefined {
  const refusal = mountingRefusal();
  if (refusal !== undefined) return `mounting is not permitted here (${refusal.code})`;
  if (!hasFileSystem("overlay")) return "the kernel has no overlayfs";
  const path = nearestExisting(root);
  const type = withFd(openAt(AT.FDCWD, path, O.PATH | O.DIRECTORY), fileSystemType);
  if (type === OVERLAYFS) return `${path} is on an overlay itself`;
  if (type === NFS) return `${path} is on nfs`;
  return supportsAttribute(path, "trusted.overlay.opaque")
    ? undefined
    : `the file system of ${path} has no trusted extended attributes`;
}

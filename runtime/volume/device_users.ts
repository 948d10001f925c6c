/**
 * Which containers have a volume's device mounted: volumes/<name>/mounts/<container id>. It is mounted with the first of them
 * and unmounted with the last, so that all see the same tmpfs. A note is only good while the root of its container is mounted:
 * what a crash or a restart of the host leaves does not count. All of it needs the lock on the volume's directory.
 */

import { AT } from "../../ffi/constants.ts";
import { listNames } from "../../ffi/directory.ts";
import { removeDirectory } from "../../ffi/file.ts";
import { isErrno } from "../../ffi/errno.ts";
import { statIfExists } from "../../ffi/stat.ts";
import {
  ensureDirectory,
  readTextIfExists,
  unlinkIfExists,
  writeNewFile,
} from "../../storage/files.ts";
import { driverOf } from "../../storage/driver/driver.ts";
import { DirectoryLock } from "../../storage/lock.ts";
import type { Store } from "../../storage/store.ts";
import { unmountData } from "../../storage/volume/mounted.ts";
import type { Device } from "../../storage/volume/options.ts";
import { volumeExists, volumePath } from "../../storage/volume/volume_store.ts";
import { mountDevice } from "./device.ts";

const notesOf = (store: Store, name: string) => `${volumePath(store, name)}/mounts`;

/** Mounts a device for a container whose root is mounted. Needs the lock on the volume. */
export function acquireDevice(store: Store, name: string, id: string, device: Device): void {
  const notes = notesOf(store, name);
  if (usersOf(store, name).filter((user) => user !== id).length === 0) unmountData(store, name);
  ensureDirectory(notes, 0o700);
  writeNewFile(`${notes}/${id}`, "", { mode: 0o600 });
  mountDevice(store, name, device);
}

/** The container does not use the device any more. Takes the lock on the volume; a volume without a device is left alone. */
export function releaseDevice(store: Store, name: string, id: string): void {
  const notes = notesOf(store, name);
  if (!volumeExists(store, name) || !statIfExists(AT.FDCWD, `${notes}/${id}`)) return;
  using _ = DirectoryLock.take(volumePath(store, name), "exclusive");
  unlinkIfExists(`${notes}/${id}`);
  if (usersOf(store, name).length > 0) return;
  unmountData(store, name);
  try {
    for (const stale of listNames(notes)) unlinkIfExists(`${notes}/${stale}`);
    removeDirectory(AT.FDCWD, notes);
  } catch (error) {
    if (!isErrno(error, "ENOENT", "ENOTEMPTY")) throw error;
  }
}

/** The containers that have the device mounted. */
function usersOf(store: Store, name: string): string[] {
  return listNames(notesOf(store, name)).filter((id) => isRootMounted(store, id));
}

function isRootMounted(store: Store, id: string): boolean {
  const mountId = readTextIfExists(`${store.mounts}/${id}/mount-id`);
  if (!mountId) return false;
  return driverOf(store).isMounted(store, mountId);
}

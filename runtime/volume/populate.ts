/** The first use of a volume: it gets what the image has in its place. */

import { AT, O } from "../../ffi/constants.ts";
import { openDirectory, readEntries, removeTree } from "../../ffi/directory.ts";
import { isErrno } from "../../ffi/errno.ts";
import {
  changeModeOfFd,
  close,
  type DirectoryFd,
  makeDirectory,
  openAt,
  rename,
  setTimesOfFd,
  withFd,
} from "../../ffi/file.ts";
import { cloneTree } from "../../ffi/mount.ts";
import { inPrivateMountNamespace } from "../../ffi/mount_namespace.ts";
import { isDirectory, isSymlink, statAt } from "../../ffi/stat.ts";
import type { MountPoint } from "../../storage/container/config.ts";
import { InvalidError } from "../../storage/errors.ts";
import { readAttributes, setAttributesOfFd } from "../../storage/layer/attributes.ts";
import { packTree } from "../../storage/layer/pack.ts";
import { sourceOf } from "../../storage/layer/source.ts";
import { unpackArchive } from "../../storage/layer/unpack.ts";
import { driverOf } from "../../storage/driver/driver.ts";
import { openView } from "../../storage/driver/view.ts";
import { DirectoryLock } from "../../storage/lock.ts";
import type { Store } from "../../storage/store.ts";
import { readVolumeUses } from "../../storage/volume/uses.ts";
import { dataPath, deviceOf, volumePath } from "../../storage/volume/volume_store.ts";
import { isAlive } from "../container/process_identity.ts";
import { openInRoot } from "../sandbox/rootfs.ts";
import { mountDevice, resolveDevice } from "./device.ts";
import { giveOwnerOfFd, withNotedOwner } from "../../storage/owner.ts";

/** Where a copy lies until it is complete: next to `_data`. */
const STAGING = ".populate";

/**
 * Copies the directories of a container that was not started yet into those of its volumes that are empty, with owners, modes,
 * attributes and links. Throws InvalidError in docker's words where there is something else in a volume's place.
 */
export async function populateVolumes(
  store: Store,
  mountId: string,
  points: readonly MountPoint[],
): Promise<void> {
  if (points.length === 0) return;
  const root = openView(store, mountId);
  try {
    for (const point of points) {
      const directory = openPlace(root, point, driverOf(store).mountPoint(store, mountId));
      if (directory === undefined) continue;
      try {
        await populate(store, point.Name, directory);
      } finally {
        close(directory);
      }
    }
  } finally {
    close(root);
  }
}

/** What the image has in a volume's place, symbolic links resolved inside its root; undefined for nothing. */
function openPlace(
  root: DirectoryFd,
  { Destination, Spec }: MountPoint,
  merged: string,
): number | undefined {
  try {
    const isFile = withFd(
      openInRoot(root, Destination, O.PATH),
      (fd) => !isDirectory(statAt(fd, "")),
    );
    if (!isFile) return openInRoot(root, Destination, O.RDONLY | O.DIRECTORY);
  } catch (error) {
    if (isErrno(error, "ENOENT", "ENOTDIR")) return undefined;
    throw error;
  }
  throw new InvalidError(
    Spec?.Type
      ? `source ${merged}${Destination} is not directory`
      : `cannot mount volume over existing file, file exists ${merged}${Destination}`,
  );
}

async function populate(store: Store, name: string, from: DirectoryFd): Promise<void> {
  using _ = DirectoryLock.take(volumePath(store, name), "exclusive");
  const device = deviceOf(store, name);
  // What is put on a tmpfs goes when it is unmounted.
  if (device?.type === "tmpfs") return;
  if (device !== undefined) {
    const resolved = await resolveDevice(device, dataPath(store, name));
    const data = inPrivateMountNamespace(() => {
      mountDevice(store, name, resolved);
      return cloneTree(dataPath(store, name), false);
    });
    const directory = openDirectory(data, ".");
    close(data);
    return await copyInPlace(from, directory);
  }
  const path = dataPath(store, name);
  const data = openAt(AT.FDCWD, path, O.RDONLY | O.DIRECTORY);
  // The host's owner may have put the content elsewhere.
  const isElsewhere = isSymlink(statAt(AT.FDCWD, path));
  const isUsed = readVolumeUses(store).of(name).some((container) => isAlive(container));
  // Who has it mounted would not see another directory in its place.
  if (isElsewhere || isUsed) return await copyInPlace(from, data);
  const isEmpty = withFd(data, (fd) => readEntries(fd).length === 0);
  if (isEmpty) await replaceData(volumePath(store, name), from);
}

/** Takes the descriptor. */
async function copyInPlace(from: DirectoryFd, to: number): Promise<void> {
  try {
    if (readEntries(to).length === 0) await copyTree(from, to);
  } finally {
    close(to);
  }
}

/** All or nothing: a volume with half of its content would pass for one that is in use already. */
async function replaceData(volume: string, from: DirectoryFd): Promise<void> {
  const staged = `${volume}/${STAGING}`;
  removeTree(AT.FDCWD, staged); // what a crash left
  makeDirectory(AT.FDCWD, staged, 0o700);
  try {
    const directory = openDirectory(AT.FDCWD, staged);
    try {
      await copyTree(from, directory);
    } finally {
      close(directory);
    }
    rename(AT.FDCWD, staged, AT.FDCWD, `${volume}/_data`);
  } catch (error) {
    removeTree(AT.FDCWD, staged);
    throw error;
  }
}

async function copyTree(from: DirectoryFd, to: number): Promise<void> {
  const archive = sourceOf(packTree(from, { form: "plain" }));
  await unpackArchive(archive, to, { conflicts: "refuse" });
  const stat = withNotedOwner(from, statAt(from, "")), attributes = readAttributes(from);
  giveOwnerOfFd(to, stat.uid, stat.gid);
  if (attributes) setAttributesOfFd(to, attributes);
  changeModeOfFd(to, stat.mode & 0o7777);
  setTimesOfFd(to, stat.accessed, stat.modified);
}

/** Making and removing containers so that a crash leaves something that says of itself what is to be deleted. */

import { AT } from "../../ffi/constants.ts";
import { removeTree } from "../../ffi/directory.ts";
import { isErrno } from "../../ffi/errno.ts";
import { makeDirectory, rename } from "../../ffi/file.ts";
import { umount2 } from "../../ffi/mount.ts";
import { statIfExists } from "../../ffi/stat.ts";
import { isDigest } from "../digest.ts";
import { CorruptStoreError, NotFoundError } from "../errors.ts";
import {
  ensureDirectory,
  readJsonIfExists,
  readTextIfExists,
  unlinkIfExists,
  writeNewFile,
} from "../files.ts";
import { randomContainerId, randomId } from "../id.ts";
import { DirectoryLock } from "../lock.ts";
import { driverOf } from "../driver/driver.ts";
import { imageExists } from "../image/image_store.ts";
import { readLayer } from "../layer/layer_store.ts";
import { removeWithLayers } from "../layer/lease.ts";
import type { Store } from "../store.ts";
import type { ContainerFile } from "./config.ts";
import {
  containerExists,
  containerPath,
  releaseName,
  releaseNamesOf,
  stagingPath,
} from "./container_store.ts";

/** A container that is being made: tmp/container-<id>, locked. */
export class StagedContainer {
  /** The directory for the container's own files until it is published. */
  readonly path: string;
  private published = false;

  private constructor(
    private readonly store: Store,
    readonly id: string,
    private readonly lock: DirectoryLock,
  ) {
    this.path = stagingPath(store, id);
  }

  /** Begins a container with an id of its own. */
  static begin(store: Store): StagedContainer {
    for (;;) {
      const id = randomContainerId(), path = stagingPath(store, id);
      makeDirectory(AT.FDCWD, path, 0o710);
      const lock = DirectoryLock.tryTake(path);
      if (lock === undefined) continue; // swept away in the moment before it was locked
      makeDirectory(AT.FDCWD, `${path}/checkpoints`, 0o700);
      return new StagedContainer(store, id, lock);
    }
  }

  /** Makes the container's writable layer on top of an image, and notes that the image's layers are in use. */
  createLayers(imageId: string, topLayer: string | undefined): void {
    const { store, id } = this;
    const mountId = randomId(), initId = `${mountId}-init`;
    const notes = `${store.mounts}/${id}`;
    {
      using _ = store.lockImages("shared");
      if (!imageExists(store, imageId)) throw new NotFoundError(`No such image: ${imageId}`);
      makeDirectory(AT.FDCWD, notes, 0o755);
      writeNewFile(`${notes}/mount-id`, mountId, { mode: 0o644 });
      writeNewFile(`${notes}/init-id`, initId, { mode: 0o644 });
      if (topLayer) writeNewFile(`${notes}/parent`, topLayer, { mode: 0o644 });
    }
    const parentId = topLayer ? readLayer(store, topLayer).cacheId : undefined;
    driverOf(store).makeWritable(store, mountId, { isBegun: false, parentId, stubs: [] });
  }

  /** Makes the container visible. */
  publish(): void {
    rename(AT.FDCWD, this.path, AT.FDCWD, containerPath(this.store, this.id));
    this.published = true;
  }

  [Symbol.dispose](): void {
    if (!this.published) deleteStagedContainer(this.store, this.id);
    this.lock[Symbol.dispose]();
  }
}

/** The name of the directory below overlay2 that a container writes to. */
export function mountIdOf(store: Store, id: string): string {
  const mountId = readTextIfExists(`${store.mounts}/${id}/mount-id`);
  if (mountId && /^[a-z0-9]+$/.test(mountId)) return mountId;
  if (!containerExists(store, id)) throw new NotFoundError(`No such container: ${id}`);
  throw new CorruptStoreError(
    `${store.mounts}/${id}/mount-id is ${mountId === undefined ? "missing" : "damaged"}`,
  );
}

/** The chain id of the image layer below a container, if its image has any. */
export function parentLayerOf(store: Store, id: string): string | undefined {
  return readTextIfExists(`${store.mounts}/${id}/parent`);
}

/**
 * In a container's directory, this file says that the container's anonymous volumes are removed together with it: while it is
 * being made, and once it is being removed. Docker does not know it.
 */
const REMOVE_VOLUMES = "remove-volumes";

/** Makes a container's anonymous volumes go with it, or not. `directory` is the container's own. */
export function takeVolumesAlong(directory: string, along: boolean): void {
  if (along) writeNewFile(`${directory}/${REMOVE_VOLUMES}`, "", { mode: 0o600 });
  else unlinkIfExists(`${directory}/${REMOVE_VOLUMES}`);
}

/** Whether the anonymous volumes of a container in tmp/ go with it. */
export function takesVolumesAlong(store: Store, id: string): boolean {
  return statIfExists(AT.FDCWD, `${stagingPath(store, id)}/${REMOVE_VOLUMES}`) !== undefined;
}

/**
 * Removes a container that does not run. Needs the lock on its directory, which `name` (without slash) belongs to; whatever it
 * is called, if that cannot be told. `removeVolumes` is called when the container is no longer to be found.
 */
export function removeContainer(
  store: Store,
  id: string,
  name?: string,
  removeVolumes?: () => void,
): void {
  if (removeVolumes) takeVolumesAlong(containerPath(store, id), true);
  rename(AT.FDCWD, containerPath(store, id), AT.FDCWD, stagingPath(store, id));
  {
    using _ = store.lockNames();
    if (name === undefined) releaseNamesOf(store, id);
    else releaseName(store, name);
  }
  removeVolumes?.();
  deleteLayersAndFiles(store, id);
}

/** Deletes all that a container in tmp/ left: the way back of a creation, the end of a removal. */
export function deleteStagedContainer(store: Store, id: string): void {
  {
    using _ = store.lockNames();
    releaseNamesOf(store, id);
  }
  deleteLayersAndFiles(store, id);
}

function deleteLayersAndFiles(store: Store, id: string): void {
  const mountId = readTextIfExists(`${store.mounts}/${id}/mount-id`);
  if (mountId && /^[a-z0-9]+$/.test(mountId)) {
    driverOf(store).remove(store, mountId);
  }
  releaseParentLayers(store, id);
  removeTree(AT.FDCWD, stagingPath(store, id));
}

/** Takes the note of a container's layers away, and with it those of an image that was removed by force, if it was the last to need them. */
function releaseParentLayers(store: Store, id: string): void {
  const notes = `${store.mounts}/${id}`, parent = parentLayerOf(store, id);
  if (!isDigest(parent)) return removeTree(AT.FDCWD, notes);
  using _ = store.lockImages("exclusive");
  if (isImageThere(store, id)) removeTree(AT.FDCWD, notes);
  else removeWithLayers(store, [parent], () => removeTree(AT.FDCWD, notes));
}

/** Whether a container in tmp/ names an image that exists. */
function isImageThere(store: Store, id: string): boolean {
  try {
    const path = `${stagingPath(store, id)}/config.v2.json`;
    const image = readJsonIfExists<ContainerFile>(path)?.Image;
    return isDigest(image) && imageExists(store, image);
  } catch (error) {
    if (error instanceof CorruptStoreError) return false; // then the layers themselves are looked at
    throw error;
  }
}

/** Takes a mount away that a crash left; EINVAL says that nothing is mounted there. */
export function unmountIfMounted(path: string): void {
  try {
    umount2(path);
  } catch (error) {
    if (!isErrno(error, "EINVAL", "ENOENT", "EPERM")) throw error;
  }
}

/** Makes the directories that dockerd makes when a container starts for the first time. */
export function ensureRunDirectories(directory: string): void {
  ensureDirectory(`${directory}/mounts`, 0o710);
}

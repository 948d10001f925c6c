/** The volumes of a container that exists: mounted when it starts, let go of when it ends, removed with it. */

import { AT, O } from "../../ffi/constants.ts";
import { close, openAt, withFd } from "../../ffi/file.ts";
import { cloneTree, cloneTreeAt, mapMountIds } from "../../ffi/mount.ts";
import { isErrno } from "../../ffi/errno.ts";
import type { ContainerFile, MountPoint } from "../../storage/container/config.ts";
import { NotFoundError } from "../../storage/errors.ts";
import { DirectoryLock } from "../../storage/lock.ts";
import type { Store } from "../../storage/store.ts";
import type { Device } from "../../storage/volume/options.ts";
import { dataPath, deviceOf, volumeExists, volumePath } from "../../storage/volume/volume_store.ts";
import { openInRoot } from "../sandbox/rootfs.ts";
import { StartError } from "../sandbox/start.ts";
import { checkDriver } from "./create.ts";
import { mountDevice, resolveDevice } from "./device.ts";
import { acquireDevice, releaseDevice } from "./device_users.ts";
import { recordVolumeEvent } from "./record_event.ts";
import { anonymousVolumesOf, removeAnonymousVolumes } from "./remove.ts";

/** Detached trees of a container's volumes by their places in it; they are closed when this is disposed of. */
export class VolumeTrees implements Disposable {
  constructor(private readonly fds: ReadonlyMap<string, number>) {}

  at(destination: string): number {
    const fd = this.fds.get(destination);
    if (fd === undefined) throw new NotFoundError(`no volume is open for ${destination}`);
    return fd;
  }

  [Symbol.dispose](): void {
    for (const fd of this.fds.values()) close(fd);
  }
}

export class ContainerVolumes {
  private readonly points: readonly MountPoint[];
  private readonly devices = new Map<string, Device>();

  constructor(private readonly store: Store, private readonly container: ContainerFile) {
    this.points = Object.values(container.MountPoints).filter(({ Type }) => Type === "volume");
  }

  /** Finds out what is to be mounted for volumes with options. Before openTrees(). */
  async resolve(): Promise<void> {
    for (const { Name } of this.points) {
      const device = volumeExists(this.store, Name) ? deviceOf(this.store, Name) : undefined;
      if (device !== undefined) {
        this.devices.set(Name, await resolveDevice(device, dataPath(this.store, Name)));
      }
    }
  }

  /**
   * Opens what is to be mounted in the container. `lasting`: devices are mounted until release() is called; otherwise only in
   * this thread's mount namespace, which is to be a private one. `idsOf` is the container's user namespace: what belongs to id 0 in
   * a volume without a device belongs to the container's 0.
   */
  openTrees(
    { lasting, idsOf }: { readonly lasting: boolean; readonly idsOf?: number },
  ): VolumeTrees {
    const fds = new Map<string, number>();
    try {
      for (const point of this.points) {
        const tree = this.openTree(point, lasting);
        fds.set(point.Destination, tree);
        if (idsOf !== undefined && !this.devices.has(point.Name)) mapMountIds(tree, idsOf);
      }
    } catch (error) {
      for (const fd of fds.values()) close(fd);
      throw error;
    }
    return new VolumeTrees(fds);
  }

  private openTree({ Name: name, Driver, Spec }: MountPoint, lasting: boolean): number {
    const { store, container, devices } = this;
    checkDriver(Driver);
    if (!volumeExists(store, name)) throw new NotFoundError(`get ${name}: no such volume`);
    // Whoever fills the volume for the first time puts another directory in the place of this one.
    using _ = DirectoryLock.take(volumePath(store, name), "exclusive");
    const device = devices.get(name);
    if (device !== undefined) {
      if (lasting) acquireDevice(store, name, container.ID, device);
      else mountDevice(store, name, device);
    }
    const path = dataPath(store, name), subpath = Spec?.VolumeOptions?.Subpath;
    if (!subpath) return cloneDirectory(path);
    return withFd(openAt(AT.FDCWD, path, O.PATH | O.DIRECTORY), (root) => cloneSub(root, subpath));
  }

  recordMounts(): void {
    for (const { Name, Destination, RW, Propagation } of this.points) {
      recordVolumeEvent(this.store, Name, "mount", {
        container: this.container.ID,
        destination: Destination,
        propagation: Propagation ?? "",
        "read/write": String(RW),
      });
    }
  }

  recordUnmounts(): void {
    for (const { Name } of this.points) {
      recordVolumeEvent(this.store, Name, "unmount", { container: this.container.ID });
    }
  }

  /** Unmounts devices that no other container uses. */
  release(): void {
    for (const name of new Set(this.points.map(({ Name }) => Name))) {
      releaseDevice(this.store, name, this.container.ID);
    }
  }

  /** What removes the anonymous volumes; undefined if there are none. */
  get removal(): (() => void) | undefined {
    if (anonymousVolumesOf(this.container).length === 0) return undefined;
    return () => removeAnonymousVolumes(this.store, this.container);
  }
}

function cloneDirectory(path: string): number {
  // Through a descriptor, which says whether it is a directory at all.
  return withFd(openAt(AT.FDCWD, path, O.PATH | O.DIRECTORY), () => cloneTree(path, true));
}

/** A path in a volume is as hostile as what is in it: it is resolved as if the volume were the root. */
function cloneSub(root: number, subpath: string): number {
  try {
    return withFd(openInRoot(root, subpath, O.PATH), (fd) => cloneTreeAt(fd, true));
  } catch (error) {
    if (!isErrno(error, "ENOENT", "ENOTDIR", "ELOOP")) throw error;
    throw new StartError(`cannot access path ${subpath} of the volume: ${error.reason}`, 125);
  }
}

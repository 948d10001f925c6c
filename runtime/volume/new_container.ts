/** The volumes of a container that is being made: which there are to be, making them, and filling them. */

import type { ContainerFile, HostConfig, MountPoint } from "../../storage/container/config.ts";
import { readContainer, resolveContainerId } from "../../storage/container/container_store.ts";
import { takeVolumesAlong } from "../../storage/container/staged_container.ts";
import { InvalidError } from "../../storage/errors.ts";
import { randomId } from "../../storage/id.ts";
import type { ContainerConfig } from "../../storage/image/config.ts";
import { cleanPath } from "../../storage/paths.ts";
import type { Store } from "../../storage/store.ts";
import { dataPath } from "../../storage/volume/volume_store.ts";
import { isMode, mountPointsOf } from "../container/mount_points.ts";
import { ensureVolume } from "./create.ts";
import { populateVolumes } from "./populate.ts";
import { removeAnonymousVolumes } from "./remove.ts";

export class VolumesOfNewContainer {
  /** config.v2.json's. */
  readonly mountPoints: Record<string, MountPoint>;
  /** Those that get what the image has in their place, if they are empty. */
  private readonly filled: MountPoint[] = [];
  /** Those that are made unless they exist: all but what comes from other containers. */
  private readonly own: MountPoint[] = [];

  /** Throws InvalidError and NotFoundError in docker's words. Nothing is made yet. */
  constructor(
    private readonly store: Store,
    config: Pick<ContainerConfig, "Volumes">,
    private readonly hostConfig: HostConfig,
  ) {
    const borrowed = (hostConfig.VolumesFrom ?? []).flatMap((text) => pointsFrom(store, text));
    const asked = Object.values(mountPointsOf(hostConfig));
    const points = new Map([...borrowed, ...asked].map((point) => [point.Destination, point]));
    const tmpfs = new Set(Object.keys(hostConfig.Tmpfs ?? {}).map(cleanPath));
    const anonymous = Object.keys(config.Volumes ?? {}).map(anonymousPoint)
      .filter(({ Destination }) => !points.has(Destination) && !tmpfs.has(Destination));
    for (const point of anonymous) points.set(point.Destination, point);
    for (const point of [...asked, ...anonymous]) {
      if (point.Type !== "volume") continue;
      point.Name ||= randomId();
      // Docker notes it only where it was asked for by name or with --mount.
      if (point.Spec?.Type) point.Source = dataPath(store, point.Name);
      this.own.push(point);
      const { NoCopy, Subpath } = point.Spec?.VolumeOptions ?? {};
      if (!NoCopy && !Subpath) this.filled.push(point);
    }
    this.mountPoints = Object.fromEntries(points);
  }

  /**
   * Makes the volumes that do not exist. `write` puts the container's file, which names them, into its `directory`: if box is
   * killed from then on, whoever finds that removes the anonymous ones, and nobody takes a volume away before the container
   * is there.
   */
  create(directory: string, write: () => void): void {
    using _ = this.store.lockVolumes();
    takeVolumesAlong(directory, true);
    write();
    for (const { Name: name, Spec } of this.own) {
      const { Labels: labels = {}, DriverConfig } = Spec?.VolumeOptions ?? {};
      // What --volume-driver says is also for those that are not named.
      const driver = DriverConfig?.Name ?? (Spec?.Type ? "" : this.hostConfig.VolumeDriver);
      ensureVolume(this.store, { name, driver, labels, options: DriverConfig?.Options ?? {} });
    }
  }

  /** Fills empty volumes with what the image has in their places. */
  async fill(mountId: string): Promise<void> {
    await populateVolumes(this.store, mountId, this.filled);
  }

  /** The container is complete: from now on its volumes are not to go with it. */
  keep(directory: string): void {
    takeVolumesAlong(directory, false);
  }

  /** The container is not to be: takes away what was made only for it. */
  discard(container: ContainerFile): void {
    removeAnonymousVolumes(this.store, container);
  }
}

/** What the image wants to be a volume, or -v with nothing but a path. */
function anonymousPoint(path: string): MountPoint {
  const Destination = cleanPath(path);
  if (Destination === "/") {
    throw new InvalidError("invalid specification: destination can't be '/'");
  }
  return {
    Source: "",
    Destination,
    RW: true,
    Name: "",
    Driver: "local",
    Type: "volume",
    Spec: {},
    SkipMountpointCreation: false,
  };
}

/** --volumes-from `CONTAINER[:MODE]`: all that is mounted in another container. */
function pointsFrom(store: Store, text: string): MountPoint[] {
  if (text === "") {
    throw new InvalidError("volumes-from specification cannot be an empty string");
  }
  const colon = text.indexOf(":"), words = colon < 0 ? text : text.slice(0, colon);
  const mode = colon < 0 ? "rw" : text.slice(colon + 1);
  if (!isMode(mode) || /private|slave|shared|nocopy/.test(mode)) {
    throw new InvalidError(`invalid mode: ${mode}`);
  }
  const isWritable = !mode.split(",").includes("ro");
  const donor = readContainer(store, resolveContainerId(store, words));
  return Object.values(donor.MountPoints).map(({ Relabel: _, ...point }) => ({
    ...point,
    ...(point.Type === "volume" && { Source: dataPath(store, point.Name) }),
    RW: point.RW && isWritable,
  }));
}

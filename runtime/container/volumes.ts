/** The volumes of containers; what it takes is loaded for those that have some. */

import type { ContainerFile, HostConfig } from "../../storage/container/config.ts";
import type { ContainerConfig } from "../../storage/image/config.ts";
import type { Store } from "../../storage/store.ts";
import type { ContainerVolumes } from "../volume/container_volumes.ts";
import type { VolumesOfNewContainer } from "../volume/new_container.ts";

/** The volumes of a container, or undefined if it has none. */
export async function volumesOf(
  store: Store,
  container: ContainerFile,
): Promise<ContainerVolumes | undefined> {
  const points = Object.values(container.MountPoints ?? {});
  if (!points.some(({ Type }) => Type === "volume")) return undefined;
  const { ContainerVolumes } = await import("../volume/container_volumes.ts");
  return new ContainerVolumes(store, container);
}

/** The volumes that a container is to have, or undefined if there are to be none. */
export async function newVolumes(
  store: Store,
  config: ContainerConfig,
  hostConfig: HostConfig,
): Promise<VolumesOfNewContainer | undefined> {
  const { Binds, Mounts, VolumesFrom } = hostConfig;
  const hasVolumes = Object.keys(config.Volumes ?? {}).length > 0 || VolumesFrom?.length ||
    Binds?.some((bind) => !bind.startsWith("/")) ||
    Mounts?.some(({ Type }) => Type === "volume");
  if (!hasVolumes) return undefined;
  const { VolumesOfNewContainer } = await import("../volume/new_container.ts");
  return new VolumesOfNewContainer(store, config, hostConfig);
}

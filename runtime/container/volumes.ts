/** The volumes of containers; what it takes is loaded for those that have some. */

import type { ContainerFile, HostConfig } from "../../storage/container/config.ts";
import type { ContainerConfig } from "../../storage/image/config.ts";
import type { Store } from "../../storage/store.ts";
import type { ContainerVolumes, VolumesOfNewContainer } from "../volume/operations.ts";

/** What a bundle puts in the place of the module's file: tools/compile.ts writes it. */
export const bundledOperations: { load?: () => Promise<typeof import("../volume/operations.ts")> } =
  {};

/** As for commands, the name must not stand in the `import` itself: see commands/registry.ts. */
const operations = "../volume/operations.ts";

function loadOperations(): Promise<typeof import("../volume/operations.ts")> {
  return bundledOperations.load?.() ?? import(operations);
}

/** The volumes of a container, or undefined if it has none. */
export async function volumesOf(
  store: Store,
  container: ContainerFile,
): Promise<ContainerVolumes | undefined> {
  const points = Object.values(container.MountPoints ?? {});
  if (!points.some(({ Type }) => Type === "volume")) return undefined;
  const { ContainerVolumes } = await loadOperations();
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
  const { VolumesOfNewContainer } = await loadOperations();
  return new VolumesOfNewContainer(store, config, hostConfig);
}

/** Finishes the removal of containers that prepareForWriting() has found, with their anonymous volumes. */
export async function sweepWithVolumes(store: Store, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  const { sweepContainersWithVolumes } = await loadOperations();
  sweepContainersWithVolumes(store, ids);
}

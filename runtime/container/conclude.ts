/** What follows the end of a container's process: its root is unmounted and its state written, or all of it removed. */

import type { ContainerFile, HostConfig } from "../../storage/container/config.ts";
import {
  containerPath,
  readContainer,
  readHostConfig,
  writeContainer,
} from "../../storage/container/container_store.ts";
import { removeContainer } from "../../storage/container/staged_container.ts";
import { driverOf } from "../../storage/driver/driver.ts";
import type { Store } from "../../storage/store.ts";
import type { ContainerVolumes } from "../volume/operations.ts";
import { Cgroup, probeCgroups } from "../sandbox/cgroup.ts";
import { groupOf } from "./group.ts";
import { type Exit, forgetExitStatus } from "./exit_status.ts";
import { releaseNetwork } from "./network.ts";
import { recordNetworkEvents, withoutEndpoints } from "./network_settings.ts";
import { recordContainerEvent } from "./record_event.ts";
import { shouldRestart } from "./restart_policy.ts";
import { exitedState, restartingState } from "./state.ts";

/** Takes away what a run has on the host. The root is the last, by which it is seen that there is something. Needs the monitor's lock. */
export async function releaseHost(
  store: Store,
  container: Pick<ContainerFile, "ID" | "BoxCgroupParent">,
  mountId: string,
  volumes: ContainerVolumes | undefined,
  hostConfig?: Pick<HostConfig, "NetworkMode">,
): Promise<void> {
  await releaseNetwork(store, container.ID, hostConfig);
  volumes?.release();
  driverOf(store).unmount(store, mountId);
  const hierarchy = probeCgroups();
  if (hierarchy) new Cgroup(hierarchy, groupOf(container)).remove();
}

/**
 * Writes down that a container is to be started again. Its root stays mounted, by which those that need a monitor are found.
 * False: it is not to be started again. Needs the lock on the container.
 */
export function recordRestart(
  store: Store,
  id: string,
  exit: Exit,
  volumes: ContainerVolumes | undefined,
): boolean {
  const container = readContainer(store, id);
  if (!shouldRestart(container, readHostConfig(store, id), exit)) return false;
  recordContainerEvent(store, container, "die", { exitCode: String(exit.code) });
  volumes?.recordUnmounts();
  recordNetworkEvents(store, container, "disconnect");
  const { BoxKeeper: _, ...rest } = container;
  writeContainer(containerPath(store, id), {
    ...rest,
    State: restartingState(container.State, exit),
    NetworkSettings: withoutEndpoints(container.NetworkSettings),
    RestartCount: container.RestartCount + 1,
  });
  return true;
}

/** Writes down how a run ended; removes the container if it was to be. Needs the lock on the container. */
export function recordEnd(
  store: Store,
  id: string,
  exit: Exit,
  volumes: ContainerVolumes | undefined,
): void {
  // Read again: it may have been renamed while it ran.
  const container = readContainer(store, id);
  // One that waits to be started again has been said to be dead already.
  if (!container.State.Restarting) {
    recordContainerEvent(store, container, "die", { exitCode: String(exit.code) });
    volumes?.recordUnmounts();
    recordNetworkEvents(store, container, "disconnect");
  }
  if (readHostConfig(store, id).AutoRemove) {
    removeContainer(store, id, container.Name.slice(1), volumes?.removal);
    recordContainerEvent(store, container, "destroy");
  } else {
    writeContainer(containerPath(store, id), withoutProcess(container, exit));
    forgetExitStatus(store, id);
  }
}

function withoutProcess(container: ContainerFile, exit: Exit): ContainerFile {
  const { BoxProcess: _, BoxKeeper: __, ...rest } = container;
  return {
    ...rest,
    State: exitedState(container.State, exit),
    NetworkSettings: withoutEndpoints(container.NetworkSettings),
  };
}

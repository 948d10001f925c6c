/** Changing the configuration of a container that exists. */

import type { ContainerFile, HostConfig } from "../../storage/container/config.ts";
import {
  containerPath,
  readContainer,
  readHostConfig,
  writeHostConfig,
} from "../../storage/container/container_store.ts";
import { ConflictError } from "../../storage/errors.ts";
import type { Store } from "../../storage/store.ts";
import { lockContainer } from "./lock_container.ts";
import { watchAgain } from "./monitor/watch.ts";
import { recordContainerEvent } from "./record_event.ts";
import { verifyRestartPolicy } from "./verify.ts";

export interface ContainerUpdate {
  /** One without a name leaves the container's as it is. */
  readonly restartPolicy: HostConfig["RestartPolicy"];
}

/** Takes effect at the container's next end, running or not. ConflictError for one that is removed with its end. */
export async function updateContainer(
  store: Store,
  id: string,
  { restartPolicy }: ContainerUpdate,
): Promise<void> {
  verifyRestartPolicy(restartPolicy);
  const container = readContainer(store, id);
  changeRestartPolicy(store, container, restartPolicy);
  await watchAgain(store, [container]); // it may not have needed a monitor before
}

function changeRestartPolicy(
  store: Store,
  container: ContainerFile,
  restartPolicy: HostConfig["RestartPolicy"],
): void {
  const { ID: id } = container;
  using _ = lockContainer(store, id);
  const hostConfig = readHostConfig(store, id);
  if (restartPolicy.Name === "") return;
  if (hostConfig.AutoRemove) {
    throw new ConflictError(
      `Cannot update container ${id}: Restart policy cannot be updated because AutoRemove is enabled for the container`,
    );
  }
  writeHostConfig(containerPath(store, id), { ...hostConfig, RestartPolicy: restartPolicy });
  recordContainerEvent(store, container, "update");
}

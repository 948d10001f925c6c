/** Changing the configuration of a container that exists. */

import type { ContainerFile, HostConfig } from "../../storage/container/config.ts";
import {
  containerPath,
  readContainer,
  readHostConfig,
  writeHostConfig,
} from "../../storage/container/container_store.ts";
import type { Resources } from "../../storage/container/resources.ts";
import { ConflictError, EngineError } from "../../storage/errors.ts";
import type { Store } from "../../storage/store.ts";
import { changeLimits, contradiction, verifyChanges } from "./change_limits.ts";
import { lockContainer } from "./lock_container.ts";
import { watchAgain } from "./monitor/watch.ts";
import { isAlive } from "./process_identity.ts";
import { recordContainerEvent } from "./record_event.ts";
import { verifyRestartPolicy } from "./verify.ts";

export interface ContainerUpdate {
  /** One without a name leaves the container's as it is. */
  readonly restartPolicy: HostConfig["RestartPolicy"];
  /** Limits that are not there stay as they are. */
  readonly limits: Partial<Resources>;
}

/**
 * A restart policy takes effect at the container's next end, limits at once if it runs. Returns docker's warnings of limits that
 * this host cannot keep. ConflictError for what contradicts the container's other settings, EngineError for what the kernel
 * refuses.
 */
export async function updateContainer(
  store: Store,
  id: string,
  update: ContainerUpdate,
): Promise<readonly string[]> {
  verifyRestartPolicy(update.restartPolicy);
  const container = readContainer(store, id);
  const warnings = await change(store, container, update);
  await watchAgain(store, [container]); // it may not have needed a monitor before
  if (update.limits.Memory && isAlive(container)) {
    const { tellMemoryLimit } = await import("./tell_limit.ts"); // which seldom is needed
    await tellMemoryLimit(store, id);
  }
  return warnings;
}

async function change(
  store: Store,
  { ID: id }: ContainerFile,
  { restartPolicy, limits }: ContainerUpdate,
): Promise<readonly string[]> {
  using _ = lockContainer(store, id);
  const container = readContainer(store, id), hostConfig = readHostConfig(store, id);
  const hasLimits = Object.keys(limits).length > 0;
  const { limits: kept, warnings } = hasLimits
    ? await verifyChanges(limits)
    : { limits: {}, warnings: [] };
  const reason = contradiction(hostConfig, kept);
  if (reason !== undefined) throw cannotUpdate(id, reason);
  if (hostConfig.AutoRemove && !["", "no"].includes(restartPolicy.Name)) {
    throw cannotUpdate(
      id,
      "Restart policy cannot be updated because AutoRemove is enabled for the container",
    );
  }
  const RestartPolicy = restartPolicy.Name === "" ? hostConfig.RestartPolicy : restartPolicy;
  const changed = { ...hostConfig, ...kept, RestartPolicy };
  try {
    if (hasLimits) await changeLimits(container, changed);
  } catch (error) {
    throw error instanceof EngineError ? cannotUpdate(id, error.message) : error;
  }
  writeHostConfig(containerPath(store, id), changed);
  recordContainerEvent(store, container, "update");
  return warnings;
}

function cannotUpdate(id: string, reason: string): ConflictError {
  return new ConflictError(`Cannot update container ${id}: ${reason}`);
}

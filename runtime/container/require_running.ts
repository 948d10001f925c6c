/** Containers that must run for what is asked of them. */

import type { ContainerFile } from "../../storage/container/config.ts";
import { readContainer } from "../../storage/container/container_store.ts";
import { ConflictError } from "../../storage/errors.ts";
import type { Store } from "../../storage/store.ts";
import { withTrueState } from "./state.ts";

/** What is asked of a container that does not run. */
export class NotRunningError extends ConflictError {
  constructor(id: string) {
    super(`Container ${id} is not running`);
  }
}

/** A container that runs, or waits to be restarted. Throws NotRunningError. */
export function readRunning(store: Store, id: string): ContainerFile {
  const container = withTrueState(store, readContainer(store, id));
  if (!container.State.Running) throw new NotRunningError(id);
  return container;
}

/** A container that has processes. Throws NotRunningError, and ConflictError for one that is between two of its runs. */
export function readWithProcesses(store: Store, id: string): ContainerFile {
  const container = readRunning(store, id);
  if (container.State.Restarting) throw restarting(id);
  return container;
}

export function restarting(id: string): ConflictError {
  return new ConflictError(
    `Container ${id} is restarting, wait until the container is running`,
  );
}

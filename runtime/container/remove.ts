/** Removing containers. */

import { AT, SIGNALS } from "../../ffi/constants.ts";
import { statIfExists } from "../../ffi/stat.ts";
import type { ContainerFile } from "../../storage/container/config.ts";
import { containerExists, readContainer } from "../../storage/container/container_store.ts";
import {
  mountIdOf,
  removeContainer as removeFromStore,
} from "../../storage/container/staged_container.ts";
import { ConflictError, CorruptStoreError } from "../../storage/errors.ts";
import { DirectoryLock } from "../../storage/lock.ts";
import { isOutOfSpace, type Store } from "../../storage/store.ts";
import { Cgroup, probeCgroups } from "../sandbox/cgroup.ts";
import { groupOf } from "./group.ts";
import { lockContainer } from "./lock_container.ts";
import { killProcessesOf } from "./kill.ts";
import { isAlive } from "./process_identity.ts";
import { recordContainerEvent } from "./record_event.ts";
import { prepareForContainers } from "./repair.ts";
import { NotRunningError } from "./require_running.ts";
import { killContainer } from "./signal_container.ts";
import { volumesOf } from "./volumes.ts";

export interface RemoveContainerOptions {
  /** Also one that runs, which is killed first, and one whose files are damaged. */
  readonly force: boolean;
  /** Whether its anonymous volumes go with it, unless others use them. */
  readonly volumes: boolean;
}

/** Removes a container. */
export async function removeContainer(
  store: Store,
  id: string,
  { force, volumes }: RemoveContainerOptions,
): Promise<void> {
  await prepareForContainers(store);
  try {
    if (force && await killed(store, id)) return;
    const loaded = volumes ? await volumesOf(store, readContainer(store, id)) : undefined;
    removeStopped(store, id, loaded?.removal);
  } catch (error) {
    if (!(force && error instanceof CorruptStoreError)) throw error;
    await removeDamaged(store, id);
  }
}

/** Kills a container that runs, and waits until its end is recorded. True: it was removed with that. */
async function killed(store: Store, id: string): Promise<boolean> {
  try {
    await killContainer(store, id, SIGNALS.SIGKILL);
  } catch (error) {
    // What is removed next need not be recorded.
    if (!(error instanceof NotRunningError || isOutOfSpace(error))) throw error;
  }
  return !containerExists(store, id);
}

function removeStopped(store: Store, id: string, removeVolumes?: () => void): void {
  using _ = lockContainer(store, id);
  const container = readContainer(store, id);
  if (isAlive(container)) {
    throw new ConflictError(
      `You cannot remove a ${container.State.Paused ? "paused" : "running"} container ${id}. ` +
        (container.State.Paused
          ? "Unpause and then stop the container before attempting removal or force remove"
          : "Stop the container before attempting removal or force remove"),
    );
  }
  removeAllOf(store, container, container.Name.slice(1), removeVolumes);
  recordContainerEvent(store, container, "destroy");
}

/** Removes a container whose file cannot tell whether it runs: its processes can, and its monitor, which holds the lock on the layer. */
async function removeDamaged(store: Store, id: string): Promise<void> {
  await killProcessesOf(id);
  const overlay = `${store.overlays}/${mountIdOf(store, id)}`;
  using monitor = await takeWithin(overlay, MONITOR_ENDS);
  if (monitor === undefined && statIfExists(AT.FDCWD, overlay)) {
    throw new ConflictError(`container ${id} is damaged, but running: end the box that runs it`);
  }
  using _ = lockContainer(store, id);
  const { releaseNetworks } = await import("../network/release.ts");
  await releaseNetworks(store, id);
  removeAllOf(store, { ID: id });
}

/** Milliseconds in which a monitor whose container has been killed has let go of it. */
const MONITOR_ENDS = 5000;

async function takeWithin(path: string, limit: number): Promise<DirectoryLock | undefined> {
  const deadline = performance.now() + limit;
  for (;;) {
    const lock = DirectoryLock.tryTake(path);
    if (lock !== undefined || performance.now() > deadline) return lock;
    if (!statIfExists(AT.FDCWD, path)) return undefined;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** Needs the lock on the container. */
function removeAllOf(
  store: Store,
  container: Pick<ContainerFile, "ID" | "BoxCgroupParent">,
  name?: string,
  removeVolumes?: () => void,
): void {
  const hierarchy = probeCgroups();
  if (hierarchy) new Cgroup(hierarchy, groupOf(container)).remove(); // what a crash left
  removeFromStore(store, container.ID, name, removeVolumes);
}

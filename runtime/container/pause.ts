/** Making a container's processes stand still, and letting them go on. */

import type { ContainerFile } from "../../storage/container/config.ts";
import {
  containerPath,
  readContainer,
  writeContainer,
} from "../../storage/container/container_store.ts";
import { FreezeNote } from "../../storage/container/freeze_note.ts";
import { ConflictError, EngineError } from "../../storage/errors.ts";
import type { Store } from "../../storage/store.ts";
import type { Cgroup } from "../sandbox/cgroup.ts";
import { lockContainer } from "./lock_container.ts";
import { cgroupOf } from "./processes.ts";
import { recordContainerEvent } from "./record_event.ts";
import { NotRunningError, readRunning, restarting } from "./require_running.ts";
import { withTrueState } from "./state.ts";

/**
 * Freezes all processes of a container. ConflictError if it does not run or is paused already; EngineError where it has no
 * control group, or its processes cannot be frozen.
 */
export async function pauseContainer(store: Store, id: string): Promise<void> {
  using _ = lockContainer(store, id);
  const container = readRunning(store, id);
  if (container.State.Paused) throw new ConflictError(`Container ${id} is already paused`);
  if (container.State.Restarting) throw restarting(id);
  const cgroup = groupToFreeze(container, "pause");
  const note = FreezeNote.write(store, id);
  try {
    if (!await cgroup.freeze()) throw new NotRunningError(id);
    // Written last: a group that is frozen without being paused is thawed by the next command, if this one is killed before.
    notePaused(store, container, true);
    recordContainerEvent(store, container, "pause");
  } catch (error) {
    await cgroup.thaw();
    throw error;
  } finally {
    note.forget();
  }
}

/** Lets a paused container go on. ConflictError if it is not paused. */
export async function unpauseContainer(store: Store, id: string): Promise<void> {
  using _ = lockContainer(store, id);
  const container = withTrueState(store, readContainer(store, id));
  if (!container.State.Paused) throw new ConflictError(`Container ${id} is not paused`);
  const cgroup = groupToFreeze(container, "unpause");
  const note = FreezeNote.write(store, id);
  notePaused(store, container, false); // first, for the same reason
  await cgroup.thaw();
  note.forget();
  recordContainerEvent(store, container, "unpause");
}

function groupToFreeze(container: ContainerFile, purpose: string): Cgroup {
  const cgroup = cgroupOf(container);
  if (cgroup !== undefined) return cgroup;
  throw new EngineError(
    `Cannot ${purpose} container ${container.ID}: it has no control group, because box could not make one on this host`,
  );
}

/** Needs the lock on the container. */
function notePaused(store: Store, container: ContainerFile, Paused: boolean): void {
  writeContainer(containerPath(store, container.ID), {
    ...container,
    State: { ...container.State, Paused },
  });
}

/** A container's limit of memory, watched by its monitor. */

import { SystemError } from "../../../ffi/errno.ts";
import { readHostConfig } from "../../../storage/container/container_store.ts";
import { EngineError } from "../../../storage/errors.ts";
import { lockContainer } from "../lock_container.ts";
import { noteOutOfMemory, noteUnseenOutOfMemory, watchOutOfMemory } from "../out_of_memory.ts";
import type { RunningContainer } from "../running.ts";

/** Whether the container has a limit now, which may have come after the start. */
export function isMemoryLimited({ store, id }: RunningContainer): boolean {
  try {
    return readHostConfig(store, id).Memory !== 0;
  } catch (error) {
    if (error instanceof EngineError || error instanceof SystemError) return false; // damaged or removed
    throw error;
  }
}

/** Notes when the kernel kills processes for the limit, which may have come after the start. Returns what ends that. */
export function watchMemory({ store, id, container }: RunningContainer): () => void {
  const locked = (note: typeof noteOutOfMemory) => {
    try {
      using _ = lockContainer(store, id);
      note(store, id);
    } catch (error) {
      // It has been removed, or the disk is full.
      if (!(error instanceof EngineError || error instanceof SystemError)) throw error;
    }
  };
  const stop = watchOutOfMemory(container, () => locked(noteOutOfMemory));
  locked((store) => noteUnseenOutOfMemory(store, container)); // it may have happened before
  return stop;
}

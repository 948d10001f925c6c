/** Stopping containers: the polite signal first. */

import { SIGNALS } from "../../ffi/constants.ts";
import { readContainer } from "../../storage/container/container_store.ts";
import { NotFoundError } from "../../storage/errors.ts";
import type { Store } from "../../storage/store.ts";
import { recordContainerEvent } from "./record_event.ts";
import { NotRunningError } from "./require_running.ts";
import { signalContainer, stopSignalOf, waitUntilEnded } from "./signal_container.ts";

/** Seconds that a container has to end of its own accord. */
const DEFAULT_TIMEOUT = 10;

/**
 * Sends a container its stop signal, and SIGKILL if it still runs after the timeout: `timeout` in seconds, or the container's
 * own; less than 0 is for ever. Returns when the end is recorded. A container that does not run is stopped already.
 */
export async function stopContainer(store: Store, id: string, timeout?: number): Promise<void> {
  const container = readContainer(store, id), { State, Config } = container;
  if (!State.Running) return;
  const ended = waitUntilEnded(store, id);
  const patience = timeout ?? Config.StopTimeout ?? DEFAULT_TIMEOUT;
  try {
    await signalContainer(store, id, stopSignalOf(Config.StopSignal));
    if (!await isSettledWithin(ended, patience)) {
      await signalContainer(store, id, SIGNALS.SIGKILL);
    }
  } catch (error) {
    // It ended by itself meanwhile, and perhaps was removed with that.
    if (!(error instanceof NotRunningError || error instanceof NotFoundError)) throw error;
  } finally {
    await ended;
  }
  recordContainerEvent(store, container, "stop");
}

/** Whether something comes to its end within so many seconds; less than 0: it is waited for, however long it takes. */
async function isSettledWithin(promise: Promise<void>, seconds: number): Promise<boolean> {
  if (seconds < 0) return await promise.then(() => true);
  // setTimeout counts in 32 bits.
  const milliseconds = Math.min(seconds * 1000, 2 ** 31 - 1);
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), milliseconds);
  });
  try {
    return await Promise.race([promise.then(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
}

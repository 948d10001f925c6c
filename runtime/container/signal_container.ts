/** Sending signals to containers. */

import { SIGNALS } from "../../ffi/constants.ts";
import { close } from "../../ffi/file.ts";
import { sendSignal } from "../../ffi/spawn/pidfd.ts";
import type { ContainerFile } from "../../storage/container/config.ts";
import {
  containerPath,
  readContainer,
  writeContainer,
} from "../../storage/container/container_store.ts";
import { FreezeNote } from "../../storage/container/freeze_note.ts";
import { InvalidError, NotFoundError } from "../../storage/errors.ts";
import { isOutOfSpace, type Store } from "../../storage/store.ts";
import { lockContainer } from "./lock_container.ts";
import { askToAdopt } from "./monitor/background_client.ts";
import { openProcess } from "./process_identity.ts";
import { cgroupOf } from "./processes.ts";
import { recordContainerEvent } from "./record_event.ts";
import { NotRunningError } from "./require_running.ts";
import { parseSignal } from "./signal.ts";
import { withTrueState } from "./state.ts";
import { waitUntilConcluded } from "./wait.ts";

/**
 * Sends a signal to a container's first process; after SIGKILL returns when the container's end is recorded. Throws
 * NotRunningError, and InvalidError for a number that is no signal.
 */
export async function killContainer(store: Store, id: string, signal: number): Promise<void> {
  if (!isSignal(signal)) {
    // Docker's daemon gets the number as an unsigned one.
    const number = BigInt.asUintN(64, BigInt(signal));
    throw new InvalidError(`The linux daemon does not support signal ${number}`);
  }
  await signalContainer(store, id, signal);
  if (signal === SIGNALS.SIGKILL) await waitUntilEnded(store, id);
}

/** 32 and 33 are glibc's own: signal(7). */
function isSignal(number: number): boolean {
  return number >= 1 && number <= 64 && number !== 32 && number !== 33;
}

/** As waitUntilConcluded, for those whom it is all the same if the container is removed with its end. */
export async function waitUntilEnded(store: Store, id: string): Promise<void> {
  try {
    await waitUntilConcluded(store, id);
  } catch (error) {
    if (!(error instanceof NotFoundError)) throw error;
  }
}

/**
 * Sends a signal. Where it is meant to end the container this is noted before, so that no monitor takes the end for a failure
 * and restarts it; and a paused container is thawed after, or the signal would never reach it.
 */
export async function signalContainer(store: Store, id: string, signal: number): Promise<void> {
  await deliver(store, id, signal);
}

/** Returns what is not to be waited for under the lock: another container's turn may block this thread until it has the lock. */
function deliver(store: Store, id: string, signal: number): Promise<unknown> | undefined {
  using _ = lockContainer(store, id);
  let container = readContainer(store, id);
  const isFinal = isMeantToEnd(container, signal);
  // Noted also where the process has just ended by itself: it is not to be started again.
  if (isFinal && container.State.Running) {
    container = { ...container, HasBeenManuallyStopped: true };
    note(store, container.State.Restarting ? notRestarting(container) : container);
  }
  if (!withTrueState(store, container).State.Running) throw new NotRunningError(id);
  recordContainerEvent(store, container, "kill", { signal: String(signal) });
  // There is no process to get it, but a monitor that waits to start one.
  if (container.State.Restarting) return askToAdopt(store);
  sendToProcess(container, signal);
  if (!isFinal || !container.State.Paused) return undefined;
  // Written first: a group that is frozen without being paused is thawed by the next command, if this one is killed here.
  const freeze = ifThereIsRoom(() => FreezeNote.write(store, id));
  note(store, { ...container, State: { ...container.State, Paused: false } });
  return cgroupOf(container)?.thaw().then(() => freeze?.forget());
}

function note(store: Store, container: ContainerFile): void {
  ifThereIsRoom(() => writeContainer(containerPath(store, container.ID), container));
}

/** A container can be ended also where the disk has no room for a note of that. */
function ifThereIsRoom<T>(write: () => T): T | undefined {
  try {
    return write();
  } catch (error) {
    if (!isOutOfSpace(error)) throw error;
  }
}

/** A container that has ended and stays so: its monitor sees that when its time has come. */
function notRestarting(container: ContainerFile): ContainerFile {
  const { BoxProcess: _, BoxKeeper: __, ...rest } = container;
  return { ...rest, State: { ...container.State, Running: false, Restarting: false } };
}

/**
 * With a stop signal of its own, a container can be sent others without being stopped: SIGHUP, to read its configuration again.
 * Docker goes by the same rule when it decides whether to restart.
 */
function isMeantToEnd({ Config: { StopSignal } }: ContainerFile, signal: number): boolean {
  return signal === SIGNALS.SIGKILL || !StopSignal || signal === stopSignalOf(StopSignal);
}

/** The number of a configured stop signal; SIGTERM if there is none, or it makes no sense. */
export function stopSignalOf(configured: string | undefined): number {
  try {
    return configured ? parseSignal(configured) : SIGNALS.SIGTERM;
  } catch (error) {
    if (error instanceof InvalidError) return SIGNALS.SIGTERM; // another program may have written it
    throw error;
  }
}

function sendToProcess(container: ContainerFile, signal: number): void {
  const pidfd = openProcess(container);
  if (pidfd === undefined) throw new NotRunningError(container.ID);
  try {
    sendSignal(pidfd, signal);
  } finally {
    close(pidfd);
  }
}

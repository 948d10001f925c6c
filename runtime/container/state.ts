/** The state machine of a container: created, running, paused, exited. */

import { SIGNALS } from "../../ffi/constants.ts";
import type { ContainerFile, ContainerState } from "../../storage/container/config.ts";
import { readContainerIfExists, readHostConfig } from "../../storage/container/container_store.ts";
import { EngineError } from "../../storage/errors.ts";
import type { Store } from "../../storage/store.ts";
import { now, ZERO_TIME } from "../../storage/time.ts";
import { type Exit, readExitStatus } from "./exit_status.ts";
import { bootId, isAlive, keeperIsAlive } from "./process_identity.ts";
import { shouldRestart } from "./restart_policy.ts";

export type Status =
  | "created"
  | "running"
  | "paused"
  | "restarting"
  | "removing"
  | "exited"
  | "dead";

/** What dockerd notes as exit code when nobody saw how a container ended. */
const UNKNOWN_EXIT_CODE = 255;
const KILLED = 128 + SIGNALS.SIGKILL;

export function createdState(): ContainerState {
  return {
    Running: false,
    Paused: false,
    Restarting: false,
    OOMKilled: false,
    RemovalInProgress: false,
    Dead: false,
    Pid: 0,
    ExitCode: 0,
    Error: "",
    StartedAt: ZERO_TIME,
    FinishedAt: ZERO_TIME,
    Health: null,
  };
}

/** Docker's word for a state. */
export function statusOf(state: ContainerState): Status {
  if (state.Running) return state.Paused ? "paused" : state.Restarting ? "restarting" : "running";
  if (state.RemovalInProgress) return "removing";
  if (state.Dead) return "dead";
  return state.StartedAt === ZERO_TIME ? "created" : "exited";
}

export function exitedState(state: ContainerState, exit: Exit): ContainerState {
  return {
    ...state,
    Running: false,
    Paused: false,
    Restarting: false,
    Pid: 0,
    ExitCode: exit.code,
    FinishedAt: exit.at ?? now(),
  };
}

/** What a container's state is between an end and the start that follows it. */
export function restartingState(state: ContainerState, exit: Exit): ContainerState {
  return { ...exitedState(state, exit), Running: true, Restarting: true };
}

/**
 * A container as it really is: one whose process is gone has exited, whatever its file says, or is restarting, if its policy
 * demands that.
 */
export function withTrueState(store: Store, container: ContainerFile): ContainerFile {
  if (!container.State.Running || isAlive(container)) return container;
  if (isAwaitingRestart(container)) return container;
  const exit = readExitStatus(store, container.ID);
  if (exit === undefined && keeperIsAlive(container)) return container; // it is about to note the end
  return concluded(store, container, exit ?? unseenExit(container));
}

/** What a container's monitor, or the next one, will make of its end. */
function concluded(store: Store, container: ContainerFile, exit: Exit): ContainerFile {
  const { State, RestartCount } = container;
  return isOfThisBoot(container) && isRestarted(store, container, exit)
    ? { ...container, State: restartingState(State, exit), RestartCount: RestartCount + 1 }
    : { ...container, State: exitedState(State, exit) };
}

function isRestarted(store: Store, container: ContainerFile, exit: Exit): boolean {
  try {
    return shouldRestart(container, readHostConfig(store, container.ID), exit);
  } catch (error) {
    if (error instanceof EngineError) return false; // damaged, or removed meanwhile
    throw error;
  }
}

/** Whether a container has ended and its restart policy wants it to run again, unless the host was restarted meanwhile. */
export function isAwaitingRestart(container: ContainerFile): boolean {
  return container.State.Restarting && isOfThisBoot(container);
}

/** The same for a container that may have been removed. */
export function awaitsRestart(store: Store, id: string): boolean {
  const container = readContainerIfExists(store, id);
  return container !== undefined && isAwaitingRestart(container);
}

/** Whether the host has not been restarted since a container was started. */
export function isOfThisBoot({ BoxProcess: process }: ContainerFile): boolean {
  return process?.BootID === bootId();
}

/** How a container has ended whose keeper left no note: it was killed with the keeper, unless the host was restarted. */
export function unseenExit(container: ContainerFile): Exit {
  return { code: isOfThisBoot(container) ? KILLED : UNKNOWN_EXIT_CODE };
}

/** The state machine of a container: created, running, paused, exited. */

import type { ContainerFile, ContainerState } from "../../storage/container/config.ts";
import { now, ZERO_TIME } from "../../storage/time.ts";
import { isAlive } from "./process_identity.ts";

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

export function exitedState(state: ContainerState, exitCode: number): ContainerState {
  return {
    ...state,
    Running: false,
    Paused: false,
    Restarting: false,
    Pid: 0,
    ExitCode: exitCode,
    FinishedAt: now(),
  };
}

/** A container as it really is: one whose process is gone without a word has exited, whatever its file says. */
export function withTrueState(container: ContainerFile): ContainerFile {
  if (!container.State.Running || isAlive(container)) return container;
  return { ...container, State: exitedState(container.State, UNKNOWN_EXIT_CODE) };
}

/** The STATUS column of `box ps`. */

import { statusOf } from "../runtime/container/state.ts";
import type { ContainerState } from "../storage/container/config.ts";
import { elapsed, timeOf } from "./elapsed_time.ts";

/** A state in Docker's words, such as `Exited (137) 3 minutes ago`. `now` in nanoseconds. */
export function describeStatus(state: ContainerState, now: bigint): string {
  const since = (time: string) => elapsed(timeOf(time), now);
  switch (statusOf(state)) {
    case "running":
      return `Up ${since(state.StartedAt)}${describeHealth(state)}`;
    case "paused":
      return `Up ${since(state.StartedAt)} (Paused)`;
    case "restarting":
      return `Restarting (${state.ExitCode}) ${since(state.FinishedAt)} ago`;
    case "removing":
      return "Removal In Progress";
    case "dead":
      return "Dead";
    case "created":
      return "Created";
    case "exited":
      return `Exited (${state.ExitCode}) ${since(state.FinishedAt)} ago`;
  }
}

function describeHealth({ Health: health }: ContainerState): string {
  if (!health) return "";
  return health.Status === "starting" ? " (health: starting)" : ` (${health.Status})`;
}

/** When a container that has ended is started again, by docker's rules. */

import type { ContainerFile, HostConfig } from "../../storage/container/config.ts";
import type { Exit } from "./exit_status.ts";

/** Whether this end is followed by another start. */
export function shouldRestart(
  container: ContainerFile,
  { RestartPolicy: policy }: HostConfig,
  exit: Exit,
): boolean {
  if (container.HasBeenManuallyStopped) return false;
  switch (policy.Name) {
    case "always":
    case "unless-stopped":
      return true;
    case "on-failure":
      return exit.code !== 0 && isWithinLimit(container.RestartCount, policy);
    default:
      return false;
  }
}

/**
 * Whether a container that does not run is started when the host has been: unlike at its end, `always` then means also one that was
 * stopped, and a failure also that of the host.
 */
export function shouldRestore(
  { HasBeenStartedBefore, HasBeenManuallyStopped, State, RestartCount }: ContainerFile,
  { RestartPolicy: policy }: HostConfig,
): boolean {
  if (!HasBeenStartedBefore) return false;
  switch (policy.Name) {
    case "always":
      return true;
    case "unless-stopped":
      return !HasBeenManuallyStopped;
    case "on-failure":
      return State.ExitCode !== 0 && isWithinLimit(RestartCount, policy);
    default:
      return false;
  }
}

function isWithinLimit(
  restarts: number,
  { MaximumRetryCount: limit }: HostConfig["RestartPolicy"],
) {
  return limit === 0 || restarts < limit;
}

const FIRST_DELAY = 100, LONGEST_DELAY = 60_000;
/** A container that has run so long has not failed at its start. */
const LONG_RUN = 10_000;

/** Milliseconds to wait before a start: the double of the last delay, unless the container has run for ten seconds. */
export function nextDelay(lastDelay: number | undefined, ranFor: number): number {
  if (lastDelay === undefined || ranFor >= LONG_RUN) return FIRST_DELAY;
  return Math.min(2 * lastDelay, LONGEST_DELAY);
}

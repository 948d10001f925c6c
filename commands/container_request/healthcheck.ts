/** --health-cmd and its family, and --no-healthcheck. */
import type { Healthcheck } from "../../storage/image/config.ts";
import { UsageError } from "../cli/errors.ts";
import type { ContainerOptions } from "../container_options.ts";

export type HealthOptions = Pick<
  ContainerOptions,
  | "health-cmd"
  | "health-interval"
  | "health-retries"
  | "health-start-period"
  | "health-timeout"
  | "no-healthcheck"
>;

/** What options say of a container's check, or undefined if they leave it to the image. Throws a UsageError. */
export function healthcheckOf(options: HealthOptions): Healthcheck | undefined {
  const command = options["health-cmd"];
  const Interval = options["health-interval"], Timeout = options["health-timeout"];
  const StartPeriod = options["health-start-period"], Retries = options["health-retries"];
  const isSet = Boolean(command || Interval || Timeout || StartPeriod || Retries);
  if (options["no-healthcheck"]) {
    if (isSet) throw new UsageError("--no-healthcheck conflicts with --health-* options");
    return { Test: ["NONE"] };
  }
  for (const name of ["interval", "timeout", "retries", "start-period"] as const) {
    if ((options[`health-${name}`] ?? 0) < 0) {
      throw new UsageError(`--health-${name} cannot be negative`);
    }
  }
  if (!isSet) return undefined;
  return {
    ...(command && { Test: ["CMD-SHELL", command] }),
    ...(Interval && { Interval }),
    ...(Timeout && { Timeout }),
    ...(StartPeriod && { StartPeriod }),
    ...(Retries && { Retries }),
  };
}

/** HEALTHCHECK: what is checked in a container, and what follows from a result. docker's daemon/health.go */

import type { ContainerFile, Health, HealthcheckResult } from "../../storage/container/config.ts";
import type { ContainerConfig, Healthcheck } from "../../storage/image/config.ts";
import { compareTimes } from "../../storage/time.ts";

const DEFAULT_SHELL = ["/bin/sh", "-c"];

/** Docker's defaults: nanoseconds, and the failures in a row that make a container unhealthy. */
const DEFAULTS = { Interval: 30e9, Timeout: 30e9, StartPeriod: 0, Retries: 3 } as const;

/** Results that are kept. */
const LOG_LENGTH = 5;

/** The command that checks a container; undefined for one that is not checked. */
export function checkCommandOf(
  { Healthcheck: check, Shell: shell }: Pick<ContainerConfig, "Healthcheck" | "Shell">,
): string[] | undefined {
  const [kind, ...command] = check?.Test ?? [];
  if (kind === "CMD") return command;
  if (kind === "CMD-SHELL") return [...shell?.length ? shell : DEFAULT_SHELL, ...command];
}

export function isChecked(config: ContainerConfig): boolean {
  return checkCommandOf(config) !== undefined;
}

/** How a container is checked, with nothing left open. */
export function checkSettingsOf(check: Healthcheck = {}): Required<Omit<Healthcheck, "Test">> {
  const Interval = check.Interval || DEFAULTS.Interval;
  return {
    Interval,
    // What docker 20.10 does, which does not know this one.
    StartInterval: check.StartInterval || Interval,
    Timeout: check.Timeout || DEFAULTS.Timeout,
    StartPeriod: check.StartPeriod || DEFAULTS.StartPeriod,
    Retries: check.Retries || DEFAULTS.Retries,
  };
}

/** What is known of a container when it starts. */
export function healthAtStart({ Config, State: { Health: before } }: ContainerFile): Health | null {
  if (!isChecked(Config)) return before;
  return { Status: "starting", FailingStreak: 0, Log: before?.Log ?? null };
}

/** What is known of a container after a check. */
export function healthAfter(container: ContainerFile, result: HealthcheckResult): Health {
  const before = container.State.Health ?? healthAtStart(container)!;
  const Log = [...(before.Log ?? []).slice(1 - LOG_LENGTH), result];
  if (result.ExitCode === 0) return { Status: "healthy", FailingStreak: 0, Log };
  const { Retries } = checkSettingsOf(container.Config.Healthcheck);
  const isExcused = before.Status === "starting" && isInStartPeriod(container, result);
  const FailingStreak = before.FailingStreak + (isExcused ? 0 : 1);
  const fails = !isExcused && FailingStreak >= Retries;
  return { Status: fails ? "unhealthy" : before.Status, FailingStreak, Log };
}

/** How long to wait until the next check, in nanoseconds: it may be made more often while a container starts. */
export function nextCheckAfter(container: ContainerFile, time: string): number {
  const { Interval, StartInterval } = checkSettingsOf(container.Config.Healthcheck);
  const isStarting = (container.State.Health ?? healthAtStart(container))?.Status === "starting";
  return isStarting && isInStartPeriod(container, { Start: time }) ? StartInterval : Interval;
}

/** Whether a check was made while its failures do not count yet. */
function isInStartPeriod(
  { Config, State: { StartedAt } }: ContainerFile,
  { Start }: Pick<HealthcheckResult, "Start">,
): boolean {
  const { StartPeriod } = checkSettingsOf(Config.Healthcheck);
  return compareTimes(Start, StartedAt) < 0 || secondsBetween(StartedAt, Start) < StartPeriod / 1e9;
}

function secondsBetween(from: string, to: string): number {
  return (Date.parse(to) - Date.parse(from)) / 1000;
}

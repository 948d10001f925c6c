import { deepEqual, equal } from "node:assert/strict";
import {
  checkCommandOf,
  healthAfter,
  healthAtStart,
  nextCheckAfter,
} from "../../../../runtime/container/healthcheck.ts";
import { createdState } from "../../../../runtime/container/state.ts";
import type {
  ContainerFile,
  Health,
  HealthcheckResult,
} from "../../../../storage/container/config.ts";
import type { Healthcheck } from "../../../../storage/image/config.ts";

const StartedAt = "2026-11-21T12:00:00.5Z";

function container(Health: Health | null, check: Healthcheck = {}): ContainerFile {
  const Config = { Healthcheck: { Test: ["CMD", "check"], ...check } };
  return { Config, State: { ...createdState(), StartedAt, Health } } as unknown as ContainerFile;
}

function result(ExitCode: number, Start = "2026-11-21T12:01:00Z"): HealthcheckResult {
  return { Start, End: Start, ExitCode, Output: "" };
}

const starting: Health = { Status: "starting", FailingStreak: 0, Log: null };

Deno.test("what is checked", () => {
  const cases: [check: Healthcheck | undefined, shell: string[] | undefined, command: unknown][] = [
    [undefined, undefined, undefined],
    [{}, undefined, undefined],
    [{ Interval: 1e9 }, undefined, undefined],
    [{ Test: ["NONE"] }, undefined, undefined],
    [{ Test: ["OTHER", "x"] }, undefined, undefined],
    [{ Test: ["CMD", "a", "b c"] }, ["/bin/bash", "-c"], ["a", "b c"]],
    [{ Test: ["CMD-SHELL", "a b"] }, undefined, ["/bin/sh", "-c", "a b"]],
    [{ Test: ["CMD-SHELL", "a b"] }, ["/bin/bash", "-e", "-c"], ["/bin/bash", "-e", "-c", "a b"]],
  ];
  for (const [Healthcheck, Shell, command] of cases) {
    deepEqual(checkCommandOf({ Healthcheck, Shell }), command);
  }
});

Deno.test("a start begins anew and keeps the results", () => {
  const before: Health = { Status: "unhealthy", FailingStreak: 7, Log: [result(1)] };
  deepEqual(healthAtStart(container(before)), { ...starting, Log: [result(1)] });
  deepEqual(healthAtStart(container(null)), starting);
  equal(healthAtStart(container(null, { Test: ["NONE"] })), null);
});

Deno.test("failures in a row make a container unhealthy, one success heals it", () => {
  let health = starting;
  const story: [exitCode: number, status: string, streak: number][] = [
    [1, "starting", 1],
    [-1, "starting", 2],
    [127, "unhealthy", 3],
    [1, "unhealthy", 4],
    [0, "healthy", 0],
    [1, "healthy", 1],
    [0, "healthy", 0],
    [2, "healthy", 1],
    [2, "healthy", 2],
    [2, "unhealthy", 3],
  ];
  for (const [exitCode, status, streak] of story) {
    health = healthAfter(container(health), result(exitCode));
    deepEqual([health.Status, health.FailingStreak], [status, streak]);
  }
  deepEqual(health.Log!.map(({ ExitCode }) => ExitCode), [1, 0, 2, 2, 2]);
});

Deno.test("failures do not count in the start period, until the first success", () => {
  const check = { StartPeriod: 10e9, Retries: 1 };
  const after = (health: Health, exitCode: number, start: string) =>
    healthAfter(container(health, check), result(exitCode, start));
  const within = "2026-11-21T12:00:10.4Z", later = "2026-11-21T12:00:10.6Z";
  const excused = after(starting, 1, within);
  deepEqual([excused.Status, excused.FailingStreak, excused.Log!.length], ["starting", 0, 1]);
  equal(after(excused, 1, later).Status, "unhealthy");
  equal(after(after(starting, 0, within), 1, within).Status, "unhealthy");
});

Deno.test("a container that starts may be checked more often", () => {
  const check: Healthcheck = { Interval: 60e9, StartInterval: 1e9, StartPeriod: 30e9 };
  const early = "2026-11-21T12:00:10Z", late = "2026-11-21T12:00:40Z";
  equal(nextCheckAfter(container(starting, check), early), 1e9);
  equal(nextCheckAfter(container(null, check), early), 1e9);
  equal(nextCheckAfter(container(starting, check), late), 60e9);
  equal(nextCheckAfter(container({ ...starting, Status: "healthy" }, check), early), 60e9);
  equal(nextCheckAfter(container(starting, { Interval: 60e9, StartPeriod: 30e9 }), early), 60e9);
});

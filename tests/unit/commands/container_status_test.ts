import { equal } from "node:assert/strict";
import { describeStatus } from "../../../commands/container_status.ts";
import { timeOf } from "../../../commands/elapsed_time.ts";
import { createdState } from "../../../runtime/container/state.ts";
import type { ContainerState, Health } from "../../../storage/container/config.ts";

const now = timeOf("2026-11-21T12:00:00Z");
const StartedAt = "2026-11-21T11:59:50.9Z";
const FinishedAt = "2026-11-21T11:57:00Z";
const health = (Status: Health["Status"]): Health => ({ Status, FailingStreak: 0, Log: null });

Deno.test("a container's state is told in docker's words", () => {
  const cases: [state: Partial<ContainerState>, text: string][] = [
    [{}, "Created"],
    [{ Running: true, StartedAt }, "Up 9 seconds"],
    [{ Running: true, StartedAt: "2026-11-21T11:59:59.5Z" }, "Up Less than a second"],
    [{ Running: true, StartedAt, Health: health("starting") }, "Up 9 seconds (health: starting)"],
    [{ Running: true, StartedAt, Health: health("healthy") }, "Up 9 seconds (healthy)"],
    [{ Running: true, StartedAt, Health: health("unhealthy") }, "Up 9 seconds (unhealthy)"],
    [{ Running: true, Paused: true, StartedAt }, "Up 9 seconds (Paused)"],
    [
      { Running: true, Paused: true, StartedAt, Health: health("healthy") },
      "Up 9 seconds (Paused)",
    ],
    [
      { Running: true, Restarting: true, ExitCode: 1, StartedAt, FinishedAt },
      "Restarting (1) 3 minutes ago",
    ],
    [{ ExitCode: 137, StartedAt, FinishedAt }, "Exited (137) 3 minutes ago"],
    [
      { ExitCode: 0, StartedAt, FinishedAt: "2026-11-21T11:59:00Z" },
      "Exited (0) About a minute ago",
    ],
    [{ Dead: true, StartedAt, FinishedAt }, "Dead"],
    [{ RemovalInProgress: true, Dead: true, StartedAt, FinishedAt }, "Removal In Progress"],
    [{ StartedAt, FinishedAt: "in the past" }, "Exited (0) 292 years ago"],
  ];
  for (const [state, text] of cases) {
    equal(describeStatus({ ...createdState(), ...state }, now), text);
  }
});

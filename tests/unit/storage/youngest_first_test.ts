import { deepEqual } from "node:assert/strict";
import { youngestFirst } from "../../../storage/youngest_first.ts";

Deno.test("things are ordered by time, whatever its digits and its zone", () => {
  const times = [
    "2026-11-21T01:57:06.5Z",
    "2026-11-21T01:57:06Z",
    "2026-11-21T01:57:06.123456789Z",
    "2026-11-21T03:57:07+02:00",
    "2026-11-21T01:57:06.12Z",
    "0001-01-01T00:00:00Z",
    "not a time",
    "2026-11-20T23:00:00-03:00",
  ];
  deepEqual(youngestFirst(times, (time) => time), [
    "2026-11-20T23:00:00-03:00",
    "2026-11-21T03:57:07+02:00",
    "2026-11-21T01:57:06.5Z",
    "2026-11-21T01:57:06.123456789Z",
    "2026-11-21T01:57:06.12Z",
    "2026-11-21T01:57:06Z",
    "0001-01-01T00:00:00Z",
    "not a time",
  ]);
});

Deno.test("what was made at the same time keeps its order", () => {
  const things = ["b", "a", "c"];
  deepEqual(youngestFirst(things, () => "2026-11-21T01:57:06Z"), things);
});

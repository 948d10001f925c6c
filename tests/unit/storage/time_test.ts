import assert from "node:assert/strict";
import { compareTimes, formatTime, now, ZERO_TIME } from "../../../storage/time.ts";

Deno.test("formatTime agrees with Date on every day of eight centuries", () => {
  for (let day = -150_000; day < 150_000; day += 1) {
    const seconds = day * 86400 + (day * 7919) % 86400;
    const expected = new Date(seconds * 1000).toISOString().slice(0, 19) + "Z";
    assert.equal(formatTime(seconds, 0), expected);
  }
});

Deno.test("formatTime drops trailing zeros of the fraction only", () => {
  const table: [number, string][] = [
    [0, "1970-01-01T00:00:00Z"],
    [5, "1970-01-01T00:00:00.000000005Z"],
    [120_000_000, "1970-01-01T00:00:00.12Z"],
    [999_999_999, "1970-01-01T00:00:00.999999999Z"],
  ];
  for (const [nanoseconds, text] of table) assert.equal(formatTime(0, nanoseconds), text);
});

Deno.test("now() is now", () => {
  assert.ok(Math.abs(Date.parse(now()) - Date.now()) < 1000);
});

Deno.test("compareTimes orders by nanoseconds, whatever the length of the fraction", () => {
  const ordered = [
    ZERO_TIME,
    "2026-11-21T01:56:57Z",
    "2026-11-21T01:56:57.1Z",
    "2026-11-21T01:56:57.100000001Z",
    "2026-11-21T03:56:58+01:00",
  ];
  for (let i = 1; i < ordered.length; i++) {
    assert.ok(compareTimes(ordered[i - 1], ordered[i]) < 0, ordered[i]);
    assert.ok(compareTimes(ordered[i], ordered[i - 1]) > 0, ordered[i]);
  }
  assert.equal(compareTimes("2026-01-01T00:00:00.10Z", "2026-01-01T00:00:00.1Z"), 0);
});

import { deepEqual, equal, throws } from "node:assert/strict";
import {
  compareTimestamps,
  formatTimestamp,
  formatUtcTime,
  parseTimestamp,
  secondsSince,
  zeroTimestamp,
} from "../../../../commands/format/timestamp.ts";

Deno.test("a timestamp survives reading and writing to the nanosecond", () => {
  const cases = [
    zeroTimestamp,
    "0001-01-01T00:00:00.000000001Z",
    "1600-01-01T00:00:00Z",
    "1969-12-31T23:59:59.999999999Z",
    "1970-01-01T00:00:00Z",
    "2026-11-21T01:56:57.287486646Z",
    "2026-11-21T01:56:57.5Z",
    "2026-11-21T01:56:57.000000001Z",
    "9999-12-31T23:59:59Z",
  ];
  for (const text of cases) equal(formatTimestamp(parseTimestamp(text)), text);
});

Deno.test("parseTimestamp() gives nanoseconds since the epoch", () => {
  const cases: [text: string, nanoseconds: bigint][] = [
    ["1970-01-01T00:00:00Z", 0n],
    ["1970-01-01T00:00:00.000000001Z", 1n],
    ["1969-12-31T23:59:59.999999999Z", -1n],
    ["2026-11-21T01:56:57.287486646Z", 1_795_226_217_287_486_646n],
    ["2026-11-21T02:56:57.287486646+01:00", 1_795_226_217_287_486_646n],
    ["2026-11-20t20:26:57.287486646-05:30", 1_795_226_217_287_486_646n],
    ["2026-11-21T01:56:57.2874866469999z", 1_795_226_217_287_486_646n],
  ];
  for (const [text, nanoseconds] of cases) equal(parseTimestamp(text), nanoseconds, text);
});

Deno.test("parseTimestamp() refuses everything else", () => {
  for (
    const text of [
      "",
      "now",
      "2026-11-21",
      "2026-11-21 01:56:57Z",
      "2026-11-21T01:56:57",
      "2026-13-21T01:56:57Z",
      "2026-11-21T25:56:57Z",
      "1795226217",
    ]
  ) {
    throws(() => parseTimestamp(text), RangeError, text);
  }
});

Deno.test("compareTimestamps() orders by time, not by text", () => {
  const inOrder = [
    zeroTimestamp,
    "1970-01-01T00:00:00Z",
    "2026-11-21T01:56:57Z",
    "2026-11-21T01:56:57.000000001Z",
    "2026-11-21T01:56:57.1Z",
    "2026-11-21T01:56:57.11Z",
    "2026-11-21T01:56:57.2Z",
    "2026-11-21T03:00:00+01:00",
    "2026-11-21T02:30:00Z",
  ];
  deepEqual(inOrder.toReversed().sort(compareTimestamps), inOrder);
  equal(compareTimestamps("2026-11-21T01:00:00Z", "2026-11-21T02:00:00+01:00"), 0);
});

Deno.test("formatUtcTime() writes Go's Time.String", () => {
  const cases: [text: string, written: string][] = [
    [zeroTimestamp, "0001-01-01 00:00:00 +0000 UTC"],
    ["2026-11-21T03:08:51.073965578Z", "2026-11-21 03:08:51.073965578 +0000 UTC"],
    ["2026-11-21T03:08:51.5Z", "2026-11-21 03:08:51.5 +0000 UTC"],
  ];
  for (const [text, written] of cases) equal(formatUtcTime(parseTimestamp(text)), written);
});

Deno.test("secondsSince() counts from then to now", () => {
  const now = Date.parse("2026-11-21T01:57:00Z");
  equal(secondsSince(parseTimestamp("2026-11-21T01:56:57.5Z"), now), 2.5);
  equal(secondsSince(parseTimestamp("2026-11-21T01:57:01Z"), now), -1);
  equal(secondsSince(parseTimestamp(zeroTimestamp), now), now / 1000 + 62_135_596_800);
  const since = secondsSince(BigInt(Date.now()) * 1_000_000n);
  equal(since >= 0 && since < 60, true);
});

import assert from "node:assert/strict";
import { formatDuration, parseDuration } from "../../../../runtime/build/duration.ts";

const durations: [text: string, nanoseconds: number][] = [
  ["0", 0],
  ["1h2m3s4ms5us6ns", 3_723_004_005_006],
  ["1.5s", 1_500_000_000],
  [".5m", 30_000_000_000],
  ["2.s", 2_000_000_000],
  ["-3µs", -3000],
  ["+3μs", 3000],
  ["1.0000000019s", 1_000_000_001],
];

for (const [text, nanoseconds] of durations) {
  Deno.test(`parseDuration() of ${text}`, () => assert.equal(parseDuration(text), nanoseconds));
}

const refused: [text: string, message: string][] = [
  ["", 'time: invalid duration ""'],
  ["x", 'time: invalid duration "x"'],
  [".s", 'time: invalid duration ".s"'],
  ["5", 'time: missing unit in duration "5"'],
  ["1h5", 'time: missing unit in duration "1h5"'],
  ["1d", 'time: unknown unit "d" in duration "1d"'],
  ["9999999h", 'time: invalid duration "9999999h"'],
];

for (const [text, message] of refused) {
  Deno.test(`parseDuration() refuses ${JSON.stringify(text)}`, () => {
    assert.throws(() => parseDuration(text), { name: "InvalidError", message });
  });
}

Deno.test("formatDuration() writes Go's durations", () => {
  const cases: [nanoseconds: number, text: string][] = [
    [0, "0s"],
    [1, "1ns"],
    [1500, "1.5µs"],
    [2_500_000, "2.5ms"],
    [1_000_000_000, "1s"],
    [1_500_000_000, "1.5s"],
    [90_000_000_000, "1m30s"],
    [3_600_000_000_000, "1h0m0s"],
    [3_690_250_000_000, "1h1m30.25s"],
    [-30_000_000_000, "-30s"],
  ];
  for (const [nanoseconds, text] of cases) assert.equal(formatDuration(nanoseconds), text);
});

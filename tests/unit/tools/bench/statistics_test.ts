import assert from "node:assert/strict";
import { median, quantile, spread } from "../../../../tools/bench/statistics.ts";

Deno.test("a quantile lies between samples, in whatever order they are", () => {
  assert.equal(quantile([30, 10, 20], 0), 10);
  assert.equal(quantile([30, 10, 20], 0.25), 15);
  assert.equal(quantile([30, 10, 20], 1), 30);
  assert.equal(quantile([7], 0.75), 7);
});

Deno.test("samples are ordered as numbers, and left as they are", () => {
  const samples = [100, 9, 20];
  assert.equal(median(samples), 20);
  assert.deepEqual(samples, [100, 9, 20]);
});

Deno.test("the median of an even number of samples is in the middle of the middle two", () => {
  assert.equal(median([4, 1, 3, 2]), 2.5);
});

Deno.test("the spread is half the distance of the quartiles, and outliers do not matter", () => {
  assert.equal(spread([90, 95, 100, 105, 1000]), 0.05);
});

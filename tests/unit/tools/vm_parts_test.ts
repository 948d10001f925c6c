import { deepEqual, equal, ok } from "node:assert/strict";
import { formatTotals } from "../../../tools/test/totals.ts";
import { chooseParts, partsOf, totalsIn } from "../../../tools/vm/parts.ts";

const project = new URL("../../..", import.meta.url).pathname.replace(/\/$/, "");

Deno.test("the parts have every end-to-end test once", async () => {
  const files = (await partsOf(project, [])).flatMap((part) => part.files);
  equal(new Set(files).size, files.length);
  ok(files.includes("tests/e2e/run_test.ts"));
  ok(files.every((file) => file.endsWith("_test.ts")));
});

Deno.test("parts are chosen by their numbers", async () => {
  const parts = await partsOf(project, []);
  deepEqual(chooseParts(parts, []), parts);
  deepEqual(chooseParts(parts, ["--parts=2", "tests/e2e"]), [parts[1]]);
  deepEqual(chooseParts(parts, ["--parts=2-3"]), parts.slice(1, 3));
  for (const wrong of ["--parts=0", "--parts=x", "--part=1", "--parts=1000"]) {
    equal(chooseParts(parts, [wrong]), undefined);
  }
});

Deno.test("what a run of tests came to is read where it is written", () => {
  const totals = { passed: 12, failed: 1, skipped: 3 };
  deepEqual(totalsIn(formatTotals(totals)), totals);
  deepEqual(totalsIn(formatTotals({ ...totals, skipped: 0 })), { ...totals, skipped: 0 });
  equal(totalsIn("a test: 1 passed, 2 failed"), undefined);
});

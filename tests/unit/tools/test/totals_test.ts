import { deepEqual, equal } from "node:assert/strict";
import { formatTotals, readReport, sum } from "../../../../tools/test/totals.ts";

const junit = `<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="deno test" tests="5" failures="1" errors="0" time="0.008">
    <testsuite name="./a_test.ts" tests="4" disabled="1" errors="0" failures="1">
        <testcase name="passes" classname="./a_test.ts" time="0.000" line="1" col="6">
        </testcase>
        <testcase name="fails" classname="./a_test.ts" time="0.001" line="2" col="6">
            <failure message="Uncaught Error: &lt;testcase&gt;">Error: boom
    at file:///a_test.ts:2:34</failure>
        </testcase>
        <testcase name="&quot;a&quot; &gt; b [skipped: not root]" classname="./a_test.ts" time="0">
            <skipped/>
        </testcase>
    </testsuite>
    <testsuite name="./b_test.ts" tests="1" disabled="0" errors="0" failures="0">
        <testcase name="late" classname="./b_test.ts" time="0.000" line="1" col="6">
        </testcase>
    </testsuite>
</testsuites>`;

const run = { lateSkips: [], filtered: false, exitCode: 0 };

Deno.test("readReport() counts test cases, and the late skips as skipped", () => {
  deepEqual(readReport(junit, { ...run, lateSkips: ["late: no docker"], exitCode: 1 }), {
    totals: { passed: 1, failed: 1, skipped: 2 },
    failures: ["fails"],
    skips: ["late: no docker", '"a" > b: not root'],
  });
});

Deno.test("readReport() takes a failure outside of tests as one failed test", () => {
  const passing = junit.replace(/<failure.*<\/failure>/s, "");
  equal(readReport(passing, { ...run, exitCode: 1 }).totals.failed, 1);
  equal(readReport(passing, run).totals.failed, 0);
  deepEqual(readReport("", { ...run, exitCode: 1 }).totals, { passed: 0, failed: 1, skipped: 0 });
});

Deno.test("readReport() of a filtered run leaves out what was not asked for", () => {
  const ignored = junit.replace(" [skipped: not root]", "");
  equal(readReport(ignored, run).totals.skipped, 1);
  equal(readReport(ignored, { ...run, filtered: true }).totals.skipped, 0);
  equal(readReport(junit, { ...run, filtered: true }).totals.skipped, 1);
});

Deno.test("formatTotals() tells skips only when there are any", () => {
  equal(formatTotals({ passed: 3, failed: 0, skipped: 0 }), "3 passed, 0 failed");
  equal(formatTotals({ passed: 3, failed: 1, skipped: 2 }), "3 passed, 1 failed, 2 skipped");
});

Deno.test("sum() adds each count", () => {
  deepEqual(
    sum({ passed: 1, failed: 2, skipped: 3 }, { passed: 10, failed: 20, skipped: 30 }),
    { passed: 11, failed: 22, skipped: 33 },
  );
});

import { deepEqual } from "node:assert/strict";
import { filterFor, withSecondTry, worthASecondTry } from "../../../../tools/test/second_try.ts";
import type { TestReport } from "../../../../tools/test/totals.ts";

function report(passed: number, failed: number, failures: string[]): TestReport {
  return { totals: { passed, failed, skipped: 0 }, failures, skips: [] };
}

Deno.test("a few failed tests are tried again, many and those outside of tests are not", () => {
  const few = report(9, 2, ["a", "b"]);
  deepEqual(worthASecondTry(few), few.failures);
  deepEqual(worthASecondTry(report(9, 4, ["a", "b", "c", "d"])), []);
  deepEqual(worthASecondTry(report(9, 2, ["a"])), []);
});

Deno.test("a test is tried again by its whole name", async () => {
  const name = "a (b) /c/ is 1.5? [x]";
  deepEqual(filterFor(name), "--filter=/^a \\(b\\) /c/ is 1\\.5\\? \\[x\\]$/");
  const directory = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(
      `${directory}/a_test.ts`,
      `Deno.test(${JSON.stringify(name)}, () => {});\nDeno.test("other", () => { throw 1; });`,
    );
    const { success } = await new Deno.Command(Deno.execPath(), {
      args: ["test", "--quiet", "--no-check", filterFor(name), directory],
      stdout: "null",
      stderr: "null",
    }).output();
    deepEqual(success, true);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});

Deno.test("only a test that passes alone counts as passed", () => {
  const first = report(9, 2, ["a", "b"]), [a, b] = first.failures;
  const second = withSecondTry(first, a, report(1, 0, []));
  deepEqual(second.totals, { passed: 10, failed: 1, skipped: 0 });
  deepEqual(second.failures, [b]);
  deepEqual(withSecondTry(second, b, report(0, 1, ["b"])), second);
  deepEqual(withSecondTry(second, b, report(0, 0, [])), second); // it did not run
});

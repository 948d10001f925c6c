/**
 * A second try, alone, for end-to-end tests that failed among many: on a busy machine of two processors a few of hundreds may
 * miss a limit of time that says nothing of box. Which they were is said each time, for a test that needs it is to be mended.
 */
import type { TestReport } from "./totals.ts";

/** With more failures than this it is not the machine. */
export const SECOND_TRIES = 3;

/** What to try again of a report: nothing where something else is wrong. */
export function worthASecondTry({ totals, failures }: TestReport): readonly string[] {
  const isAll = failures.length === totals.failed;
  return isAll && failures.length <= SECOND_TRIES ? failures : [];
}

/** The options of `deno test` that run this test alone, whatever file it is in: the report names the one that registered it. */
export function filterFor(name: string): string {
  return `--filter=/^${name.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&")}$/`;
}

/** A report in which the test counts as its second try says. */
export function withSecondTry(report: TestReport, name: string, again: TestReport): TestReport {
  if (again.totals.failed > 0 || again.totals.passed !== 1) return report;
  const { passed, failed, skipped } = report.totals;
  return {
    ...report,
    totals: { passed: passed + 1, failed: failed - 1, skipped },
    failures: report.failures.filter((other) => other !== name),
  };
}

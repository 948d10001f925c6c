/** How many tests passed, failed and were skipped, and how that is written in one line. */

export interface Totals {
  passed: number;
  failed: number;
  skipped: number;
}

export function sum(...totals: Totals[]): Totals {
  return totals.reduce((left, right) => ({
    passed: left.passed + right.passed,
    failed: left.failed + right.failed,
    skipped: left.skipped + right.skipped,
  }), { passed: 0, failed: 0, skipped: 0 });
}

/** The line that a run of tests ends with, as scripts read it. */
export function formatTotals({ passed, failed, skipped }: Totals): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
}

/** What one `deno test` run came to. */
export interface TestReport {
  totals: Totals;
  /** Names of tests that failed; fewer than `totals.failed` when something failed outside of any test. */
  failures: string[];
  /** "name of the test: reason" for each skipped one. */
  skips: string[];
}

export interface TestRun {
  /** Skips that the end-to-end harness found out while a test ran, which the report calls passed. */
  lateSkips: string[];
  /** Whether only some tests were asked for: the report calls the others skipped. */
  filtered: boolean;
  /** Of `deno test`: a module that fails outside of any test shows nowhere else. */
  exitCode: number;
}

/** Reads the JUnit report of `deno test`. */
export function readReport(junit: string, { lateSkips, filtered, exitCode }: TestRun): TestReport {
  const totals: Totals = { passed: 0, failed: 0, skipped: 0 };
  const skips = [...lateSkips];
  const failures: string[] = [];
  for (
    const [, name, body] of junit.matchAll(/<testcase name="([^"]*)"[^>]*>(.*?)<\/testcase>/gs)
  ) {
    if (/<failure|<error/.test(body)) {
      totals.failed++;
      failures.push(unescapeXml(name));
    } else if (/<skipped/.test(body)) {
      const [, test, reason] = unescapeXml(name).match(/^(.*?)(?: \[skipped: (.*)\])?$/s)!;
      if (filtered && !reason) continue;
      totals.skipped++;
      skips.push(`${test}: ${reason ?? "no reason given"}`);
    } else totals.passed++;
  }
  totals.passed -= lateSkips.length;
  totals.skipped += lateSkips.length;
  if (exitCode !== 0 && totals.failed === 0) totals.failed = 1;
  return { totals, failures, skips };
}

function unescapeXml(text: string): string {
  const entities: Record<string, string> = { lt: "<", gt: ">", quot: '"', apos: "'", amp: "&" };
  return text.replace(
    /&(?:#(\d+)|(\w+));/g,
    (whole, code, name) => code ? String.fromCodePoint(Number(code)) : entities[name] ?? whole,
  );
}

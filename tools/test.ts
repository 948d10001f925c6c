/**
 * `deno task test [FILE...]`: all tests, or those of some files and directories.
 *
 * Installs what they need from Debian where it may (see packages.ts), and ends with one line,
 * "N passed, N failed". With BOX_BINARY=dist/box the end-to-end tests start that program instead of
 * the source. Options are passed on to `deno test`: write --filter=NAME, in one word.
 */
import { describeLeftover, hostState } from "../tests/e2e/harness/host.ts";
import { must } from "./command.ts";
import { installPackages, testPackages } from "./packages.ts";
import { denoTest } from "./test/deno_test.ts";
import { deal, isEndToEnd, testFiles } from "./test/files.ts";
import { withScratch } from "./test/scratch.ts";
import { filterFor, withSecondTry, worthASecondTry } from "./test/second_try.ts";
import { formatTotals, sum, type TestReport } from "./test/totals.ts";

const project = new URL("..", import.meta.url).pathname;

/** Hundreds of quick tests are a few rows of dots; where dots make no rows, names tell more. */
const unitReporter = Deno.stdout.isTerminal() ? ["--reporter=dot"] : [];

/**
 * Runs the unit tests in as many processes as there are processors. In each of them one file after the other: a file that
 * clones this process gives the child the descriptors, and one that sets a variable the environment, of whatever ran beside it.
 */
async function unitTests(
  files: string[],
  options: string[],
  scratch: string,
): Promise<TestReport[]> {
  const heaps = deal(files, navigator.hardwareConcurrency);
  return await Promise.all(
    heaps.map((heap, index) =>
      denoTest([...unitReporter, ...options, ...heap], { scratch, late: index > 0 })
    ),
  );
}

/** Runs the end-to-end tests, and counts it as one more failure when the host is not as before. */
async function endToEndTests(
  files: string[],
  options: string[],
  scratch: string,
): Promise<TestReport> {
  const args = [...options, ...files];
  const before = new Set((await hostState(scratch)).map(describeLeftover));
  // They wait a good part of their time for what they have started: five of them for two processors. An emulated machine keeps
  // them waiting anyway.
  const times = Deno.env.has("BOX_TEST_PATIENCE") ? 2 : 2.5;
  const environment = { DENO_JOBS: String(Math.ceil(navigator.hardwareConcurrency * times)) };
  let report = await denoTest(["--parallel", ...args], { scratch, environment });
  for (const name of worthASecondTry(report)) {
    heading(`once more, alone: ${name}`);
    report = withSecondTry(report, name, await denoTest([filterFor(name), ...args], { scratch }));
    if (!report.failures.includes(name)) flaky.push(name);
  }
  const look = async () =>
    (await hostState(scratch)).map(describeLeftover).filter((line) => !before.has(line));
  let left = await look();
  // The kernel takes a moment to remove interfaces.
  for (let attempt = 0; left.length > 0 && attempt < 20; attempt++) {
    await new Promise((resolve) => setTimeout(resolve, 250));
    left = await look();
  }
  if (left.length > 0) {
    console.log(`left on the host by the end-to-end tests:\n${left.join("\n")}`);
    report.totals.failed++;
  }
  return report;
}

/** Tests that passed only at their second try. */
const flaky: string[] = [];

function heading(text: string): void {
  console.log(`\n=== ${text} ===`);
}

const options = Deno.args.filter((arg) => arg.startsWith("-"));
const paths = Deno.args.filter((arg) => !arg.startsWith("-"));
if (paths.length === 0) paths.push("tests/unit", "tests/e2e");
const files = await testFiles(paths);
const endToEnd = files.filter(isEndToEnd);
const unit = files.filter((file) => !isEndToEnd(file));

await installPackages(testPackages);
const reports: TestReport[] = [];
await withScratch(async (scratch) => {
  if (unit.length > 0) {
    heading("unit tests");
    reports.push(...await unitTests(unit, options, scratch));
  }
  if (endToEnd.length > 0) {
    const binary = Deno.env.get("BOX_BINARY");
    heading(`end-to-end tests of ${binary ?? "the source"}`);
    // Downloads what it imports here, where the environment is the user's own.
    if (!binary) await must(Deno.execPath(), ["cache", "--quiet", "main.ts"], { cwd: project });
    reports.push(await endToEndTests(endToEnd, options, scratch));
  }
});

const skips = reports.flatMap((report) => report.skips);
if (skips.length > 0) console.log(`skipped:\n  ${skips.join("\n  ")}\n`);
if (flaky.length > 0) console.log(`flaky, to be mended:\n  ${flaky.join("\n  ")}\n`);
const totals = sum(...reports.map((report) => report.totals));
if (totals.passed + totals.failed === 0) console.log("no test ran");
console.log(formatTotals(totals));
Deno.exit(totals.failed > 0 || totals.passed === 0 ? 1 : 0);

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
import { filterFor, withSecondTry, worthASecondTry } from "./test/second_try.ts";
import { withScratch } from "./test/scratch.ts";
import { formatTotals, readReport, sum, type TestReport } from "./test/totals.ts";

const project = new URL("..", import.meta.url).pathname;

/** Milliseconds after which a run of tests is hopeless; the emulated machine has its own limit. */
const LIMIT = 20 * 60_000 * Number(Deno.env.get("BOX_TEST_PATIENCE") ?? 1);

/** Runs `deno test` with the terminal as it is, and counts. */
function denoTest(args: string[], environment: Record<string, string> = {}): Promise<TestReport> {
  return withScratch(async (scratch) => {
    const junit = `${scratch}/junit.xml`;
    const skips = `${scratch}/skips`;
    await Deno.writeTextFile(skips, "");
    const process = new Deno.Command(Deno.execPath(), {
      args: ["test", "--allow-all", "--no-check", `--junit-path=${junit}`, ...args],
      cwd: project,
      env: {
        TMPDIR: scratch,
        BOX_TEST_SKIPS: skips,
        BOX_TEST_STORES: `${scratch}/stores`,
        ...environment,
        ...Deno.stdout.isTerminal() ? {} : { NO_COLOR: "1" },
      },
      stdin: "null",
    }).spawn();
    const timer = setTimeout(() => {
      console.log(`no end after ${LIMIT / 60_000} minutes: ${args.join(" ")}`);
      process.kill("SIGKILL");
    }, LIMIT);
    const { code } = await process.status;
    clearTimeout(timer);
    const report = await Deno.readTextFile(junit).catch(() => "");
    const lateSkips = (await Deno.readTextFile(skips)).split("\n").filter(Boolean);
    const filtered = args.some((arg) => arg.startsWith("--filter"));
    return readReport(report, { lateSkips, filtered, exitCode: code });
  });
}

/** Runs the end-to-end tests, and counts it as one more failure when the host is not as before. */
async function endToEndTests(args: string[]): Promise<TestReport> {
  const before = new Set((await hostState()).map(describeLeftover));
  // They wait a good part of their time for what they have started: twice as many as there are processors.
  const jobs = String(navigator.hardwareConcurrency * 2);
  let report = await denoTest(["--parallel", ...args], { DENO_JOBS: jobs });
  for (const name of worthASecondTry(report)) {
    heading(`once more, alone: ${name}`);
    report = withSecondTry(report, name, await denoTest([filterFor(name), ...args]));
    if (!report.failures.includes(name)) flaky.push(name);
  }
  const look = async () =>
    (await hostState()).map(describeLeftover).filter((line) => !before.has(line));
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

/** Hundreds of quick tests are a few rows of dots; where dots make no rows, names tell more. */
const unitReporter = Deno.stdout.isTerminal() ? ["--reporter=dot"] : [];

const options = Deno.args.filter((arg) => arg.startsWith("-"));
const files = Deno.args.filter((arg) => !arg.startsWith("-"));
if (files.length === 0) files.push("tests/unit", "tests/e2e");
const isEndToEnd = (file: string) => /(^|\/)tests\/(e2e|builds)(\/|$)/.test(file);
const endToEnd = files.filter(isEndToEnd);
const unit = files.filter((file) => !isEndToEnd(file));

await installPackages(testPackages);
const reports: TestReport[] = [];
if (unit.length > 0) {
  heading("unit tests");
  // One file after the other: a file that clones this process gives the child the descriptors, and
  // one that sets a variable the environment, of whatever ran beside it.
  reports.push(await denoTest([...unitReporter, ...options, ...unit]));
}
if (endToEnd.length > 0) {
  const binary = Deno.env.get("BOX_BINARY");
  heading(`end-to-end tests of ${binary ?? "the source"}`);
  // Downloads what it imports here, where the environment is the user's own.
  if (!binary) await must(Deno.execPath(), ["cache", "--quiet", "main.ts"], { cwd: project });
  reports.push(await endToEndTests([...options, ...endToEnd]));
}

const skips = reports.flatMap((report) => report.skips);
if (skips.length > 0) console.log(`skipped:\n  ${skips.join("\n  ")}\n`);
if (flaky.length > 0) console.log(`flaky, to be mended:\n  ${flaky.join("\n  ")}\n`);
const totals = sum(...reports.map((report) => report.totals));
if (totals.passed + totals.failed === 0) console.log("no test ran");
console.log(formatTotals(totals));
Deno.exit(totals.failed > 0 || totals.passed === 0 ? 1 : 0);

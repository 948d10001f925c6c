/** Runs of `deno test`, and what came of them. */
import { readReport, type TestReport } from "./totals.ts";

const project = new URL("../..", import.meta.url).pathname;

/** Milliseconds after which a run of tests is hopeless; the emulated machine has its own limit. */
const LIMIT = 20 * 60_000 * Number(Deno.env.get("BOX_TEST_PATIENCE") ?? 1);

export interface DenoTestOptions {
  /** A directory for what tests make, and what is read of them. */
  scratch: string;
  /** Added to the environment. */
  environment?: Record<string, string>;
  /** Shows what is printed at the end, in one piece, because others print meanwhile. */
  late?: boolean;
}

/** Runs `deno test`, and counts. */
export async function denoTest(
  args: string[],
  { scratch, environment, late = false }: DenoTestOptions,
): Promise<TestReport> {
  const directory = await Deno.makeTempDir({ dir: scratch, prefix: "report-" });
  const junit = `${directory}/junit.xml`;
  const skips = `${directory}/skips`;
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
    stdout: late ? "piped" : "inherit",
  }).spawn();
  const timer = setTimeout(() => {
    console.log(`no end after ${LIMIT / 60_000} minutes: ${args.join(" ")}`);
    process.kill("SIGKILL");
  }, LIMIT);
  const printed = late ? await new Response(process.stdout).bytes() : new Uint8Array();
  const { code } = await process.status;
  clearTimeout(timer);
  await new Blob([printed]).stream().pipeTo(Deno.stdout.writable, { preventClose: true });
  const report = await Deno.readTextFile(junit).catch(() => "");
  const lateSkips = (await Deno.readTextFile(skips)).split("\n").filter(Boolean);
  const filtered = args.some((arg) => arg.startsWith("--filter"));
  return readReport(report, { lateSkips, filtered, exitCode: code });
}

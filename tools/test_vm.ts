/**
 * `deno task test:vm [--parts=NUMBER[-NUMBER]] [FILE...]`: the tour and the end-to-end tests with the compiled program, in a
 * Debian 12 machine with kernel 6.1, systemd and cgroup v2 that nobody prepared for containers.
 *
 * Every few files have a machine of their own, one after the other, since emulated all of them take hours: a part that does not
 * come to its end is named, and the others go on. `--parts` chooses some of them, counted from 1.
 *
 * Needs root, qemu-system-x86, mmdebstrap and e2fsprogs, which are installed where that is possible.
 */
import { busyboxTar } from "../tests/e2e/harness/fixtures.ts";
import { must } from "./command.ts";
import { installPackages } from "./packages.ts";
import { formatTotals, sum, type Totals } from "./test/totals.ts";
import { makeImage } from "./vm/image.ts";
import { runJob } from "./vm/machine.ts";
import { chooseParts, type Part, partsOf, totalsIn } from "./vm/parts.ts";

const project = new URL("..", import.meta.url).pathname.replace(/\/$/, "");
const cache = `${project}/.cache/vm`;

/**
 * Milliseconds in which a part has to say something. Emulated on a busy machine a command takes half a minute, and a file of many
 * tests an hour; but of a test that hangs Deno tells after 1, 2, 4, 8 and 16 minutes, and then not for so long.
 */
const TIMEOUT = 15 * 60_000;

/** What of the project the tests read. */
const copied = ["deno.json", "main.ts", "commands", "runtime", "storage", "ffi", "tests", "tools"];

function jobScript({ number, files }: Part): string {
  const withTour = number === 1 && Deno.args.every((arg) => arg.startsWith("-"));
  return `
export DENO_NO_UPDATE_CHECK=1 NO_COLOR=1 BOX_TEST_PACKAGES=no BOX_TEST_PATIENCE=10
export BOX_BINARY=/job/project/dist/box PATH=/job:$PATH
cd /job/project
uname -sr
${withTour ? "deno run --allow-all tools/demo.ts || exit" : ""}
deno run --allow-all tools/test.ts ${files.join(" ")}
`;
}

async function makeJob(directory: string, part: Part): Promise<void> {
  const copy = `${directory}/project`;
  await Deno.mkdir(`${copy}/.cache`, { recursive: true });
  await Deno.mkdir(`${copy}/dist`);
  await Deno.writeTextFile(`${directory}/script`, jobScript(part));
  await Deno.copyFile(Deno.execPath(), `${directory}/deno`);
  await Deno.copyFile(`${project}/dist/box`, `${copy}/dist/box`);
  for (const name of copied) await must("cp", ["-a", `${project}/${name}`, `${copy}/${name}`]);
  await must("cp", ["-a", `${project}/.cache/fixtures`, `${copy}/.cache/fixtures`]);
}

const files = Deno.args.filter((arg) => !arg.startsWith("-"));
const parts = chooseParts(await partsOf(project, files), Deno.args);
if (parts === undefined) {
  console.error("deno task test:vm [--parts=NUMBER[-NUMBER]] [FILE...]");
  Deno.exit(2);
}
if (Deno.uid() !== 0) {
  console.error("deno task test:vm must run as root: it makes the disk of a virtual machine");
  Deno.exit(1);
}
await installPackages([{
  purpose: "a virtual machine",
  packages: ["qemu-system-x86", "mmdebstrap", "e2fsprogs", "busybox-static"],
}]);
await must(Deno.execPath(), ["task", "compile"]);
const image = await makeImage(cache);
await busyboxTar();

/** Runs a part, and says what came of it; one that did not come to its end counts as one failure. */
async function runPart(part: Part): Promise<Totals> {
  console.log(`\n=== part ${part.number}: ${part.files.join(" ")} ===`);
  const job = await Deno.makeTempDir({ dir: cache });
  let totals: Totals | undefined, code = 1;
  try {
    await makeJob(job, part);
    const print = (line: string) => {
      totals = totalsIn(line) ?? totals;
      console.log(line);
    };
    code = await runJob(image, job, print, TIMEOUT);
  } catch (error) {
    console.log(error instanceof Error ? error.message : error);
  } finally {
    await Deno.remove(job, { recursive: true });
  }
  const { passed = 0, failed = 0, skipped = 0 } = totals ?? {};
  return { passed, failed: code !== 0 && failed === 0 ? 1 : failed, skipped };
}

const results: [Part, Totals][] = [];
for (const part of parts) results.push([part, await runPart(part)]);
console.log("\n=== all parts ===");
for (const [{ number }, totals] of results) console.log(`part ${number}: ${formatTotals(totals)}`);
const all = sum(...results.map(([, totals]) => totals));
console.log(formatTotals(all));
Deno.exit(all.failed > 0 || all.passed === 0 ? 1 : 0);

/**
 * `deno task test:vm [FILE...]`: the tour and the end-to-end tests with the compiled program, in a
 * Debian 12 machine with kernel 6.1, systemd and cgroup v2 that nobody prepared for containers.
 *
 * Needs root, qemu-system-x86, mmdebstrap and e2fsprogs, which are installed where that is possible.
 */
import { busyboxTar } from "../tests/e2e/harness/fixtures.ts";
import { must } from "./command.ts";
import { installPackages } from "./packages.ts";
import { makeImage } from "./vm/image.ts";
import { runJob } from "./vm/machine.ts";

const project = new URL("..", import.meta.url).pathname.replace(/\/$/, "");
const cache = `${project}/.cache/vm`;

/** Milliseconds: emulated, everything takes twenty times as long. */
const TIMEOUT = 30 * 60_000;

/** What of the project the tests read. */
const parts = ["deno.json", "main.ts", "commands", "runtime", "storage", "ffi", "tests", "tools"];

function jobScript(files: string[]): string {
  return `
export DENO_NO_UPDATE_CHECK=1 NO_COLOR=1 BOX_TEST_PACKAGES=no BOX_TEST_PATIENCE=10
export BOX_BINARY=/job/project/dist/box PATH=/job:$PATH
cd /job/project
uname -sr
deno run --allow-all tools/demo.ts || exit
deno run --allow-all tools/test.ts ${files.join(" ")}
`;
}

async function makeJob(directory: string, files: string[]): Promise<void> {
  const copy = `${directory}/project`;
  await Deno.mkdir(`${copy}/.cache`, { recursive: true });
  await Deno.mkdir(`${copy}/dist`);
  await Deno.writeTextFile(`${directory}/script`, jobScript(files));
  await Deno.copyFile(Deno.execPath(), `${directory}/deno`);
  await Deno.copyFile(`${project}/dist/box`, `${copy}/dist/box`);
  for (const part of parts) await must("cp", ["-a", `${project}/${part}`, `${copy}/${part}`]);
  await must("cp", ["-a", `${project}/.cache/fixtures`, `${copy}/.cache/fixtures`]);
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
const job = await Deno.makeTempDir({ dir: cache });
try {
  await makeJob(job, Deno.args.length > 0 ? Deno.args : ["tests/e2e"]);
  Deno.exitCode = await runJob(image, job, console.log, TIMEOUT);
} finally {
  await Deno.remove(job, { recursive: true });
}

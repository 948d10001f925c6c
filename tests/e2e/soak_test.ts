/** Many lives at once, with box killed in between: nothing is lost and nothing is left. */
import { deepEqual, equal } from "node:assert/strict";
import { type Box, boxTest, eventually, storeLeftovers } from "./harness.ts";

/** Containers whose life each worker accompanies; BOX_SOAK_CYCLES=125 makes a thousand together. */
const CYCLES = Number(Deno.env.get("BOX_SOAK_CYCLES") ?? 3);
const WORKERS = 8;

const life = "trap 'exit 7' TERM; echo up; while :; do sleep 0.05; done";

boxTest("lives of containers survive that box is killed at any moment", async (box) => {
  await box.busybox();
  let working = true;
  const killer = (async () => {
    while (working) {
      await new Promise((resolve) => setTimeout(resolve, 100 + Math.random() * 400));
      killMonitors(box.root);
    }
  })();
  try {
    await Promise.all(Array.from({ length: WORKERS }, async (_, worker) => {
      for (let cycle = 0; cycle < CYCLES; cycle++) await liveOnce(box, `life${worker}-${cycle}`);
    }));
  } finally {
    working = false;
    await killer;
  }
  equal(await box.ok("ps -aq"), "");
  await box.ok("create --name last busybox true"); // any command that writes
  await box.ok("rm last");
  deepEqual(storeLeftovers(box.root), []);
  await eventually(
    "the last monitor ends",
    () => monitorsOf(box.root).length === 0,
  );
});

/** run, exec, stop and rm; each is killed now and then, and done again. */
async function liveOnce(box: Box, name: string): Promise<void> {
  const exists = async () => (await box.run(["inspect", name])).code === 0;
  while (!await survives(box, ["run", "-d", "--name", name, "busybox", "sh", "-c", life])) {
    if (await exists()) await box.ok(["rm", "-f", name]);
  }
  const exec = box.spawn(["exec", name, "sh", "-c", "exit 5"]);
  const isKilled = await killSometimes(exec);
  const { code } = await exec.wait();
  if (!isKilled) equal(code, 5, exec.stderr);
  // The shell minds the signal once it has set its trap, and then says so.
  await eventually("its output is logged", async () => await box.ok(["logs", name]) === "up");
  // A loaded machine may take its time to let the shell run: what is asked for is its exit code.
  while (!await survives(box, ["stop", "-t", "120", name])) continue;
  equal(await box.ok(["inspect", "-f", "{{.State.Status}} {{.State.ExitCode}}", name]), "exited 7");
  equal(await box.ok(["logs", name]), "up");
  while (!await survives(box, ["rm", name])) {
    if (!await exists()) break;
  }
}

/** Whether a command came to its end, and was not killed; then it must have succeeded. */
async function survives(box: Box, args: string[]): Promise<boolean> {
  const process = box.spawn(args);
  const isKilled = await killSometimes(process);
  const { code } = await process.wait();
  if (!isKilled) equal(code, 0, `${args.join(" ")}: ${process.stderr}`);
  return !isKilled;
}

/** Milliseconds that a command took lately, on this machine and beside what else it does. */
let usualTime = 200;

/** Kills one of four commands, at some moment of its life. Whether it did; it may have been late. */
async function killSometimes(process: ReturnType<Box["spawn"]>): Promise<boolean> {
  if (Math.random() >= 0.25) {
    usualTime = 0.8 * usualTime + 0.2 * (await process.wait()).ms;
    return false;
  }
  await new Promise((resolve) => setTimeout(resolve, Math.random() * usualTime));
  process.kill("SIGKILL");
  return true;
}

/** Pids of the background monitors of a store. */
function monitorsOf(root: string): number[] {
  return [...Deno.readDirSync("/proc")].map(({ name }) => Number(name)).filter((pid) => {
    try {
      const words = Deno.readTextFileSync(`/proc/${pid}/cmdline`).split("\0");
      return words.includes("monitor") && words.includes(root);
    } catch {
      return false; // no process, or one that has gone
    }
  });
}

function killMonitors(root: string): void {
  for (const pid of monitorsOf(root)) {
    try {
      Deno.kill(pid, "SIGKILL");
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
}

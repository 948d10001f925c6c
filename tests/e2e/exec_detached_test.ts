/** Programs that are executed in a container and left to themselves: who runs is told, and how each ends. */
import { deepEqual, equal } from "node:assert/strict";
import { killMonitor, monitorsOf, readNotes, untilNobodyMonitors } from "./containers/detached.ts";
import { inspect } from "./containers/running.ts";
import { type Box, boxTest, eventually } from "./harness.ts";

/** Ids of the programs that run in a container, as inspect lists them. */
async function execIds(box: Box, name: string): Promise<string[] | null> {
  return JSON.parse(await inspect(box, "{{json .ExecIDs}}", name));
}

/** Exit codes of the programs of a container that have ended, in that order, with their ids. */
async function deaths(box: Box, name: string): Promise<[id: string, code: string][]> {
  const now = (Date.now() / 1000).toFixed(3);
  const filters = ["--filter", `container=${name}`, "--filter", "event=exec_die"];
  const events = await box.ok(["events", "--until", now, ...filters, "--format", "{{json .}}"]);
  return events.split("\n").filter(Boolean).map((line) => {
    const { Actor: { Attributes: { execID, exitCode } } } = JSON.parse(line);
    return [execID, exitCode];
  });
}

/** A part of a shell script. */
const untilGo = "until [ -e /go ]; do sleep 0.05; done";

const run = (box: Box, ...options: string[]) =>
  box.ok(["run", "-d", ...options, "busybox", "sleep", "10000"]);

boxTest("inspect lists the programs that run, and events tell how each has ended", async (box) => {
  await box.busybox();
  await run(box, "--name", "web");
  equal(await execIds(box, "web"), null);
  await box.ok(["exec", "-d", "web", "sh", "-c", `${untilGo}; exit 3`]);
  const [detached] = (await execIds(box, "web"))!;
  const attached = box.spawn(["exec", "-i", "web", "sh", "-c", "echo here; read line; exit 4"]);
  await attached.waitFor("here\n");
  const both = (await execIds(box, "web"))!;
  deepEqual([both.length, both.includes(detached)], [2, true]);
  await attached.write("\n");
  equal((await attached.wait()).code, 4);
  deepEqual(await execIds(box, "web"), [detached]);
  await box.ok("exec web touch /go");
  await eventually("it has ended", async () => await execIds(box, "web") === null);
  const codes = async () => (await deaths(box, "web")).map(([, code]) => code).sort();
  await eventually("its end is told", async () => (await codes()).includes("3"));
  deepEqual(await codes(), ["0", "3", "4"]);
  deepEqual((await deaths(box, "web")).find(([id]) => id === detached), [detached, "3"]);
});

boxTest(
  "a program that ends at once is told of as well, without a log and a monitor, too",
  async (box) => {
    await box.busybox();
    for (const driver of ["json-file", "none"]) {
      await run(box, "--name", driver, "--log-driver", driver);
      await box.ok(["exec", "-d", driver, "sh", "-c", "exit 6"]);
      await eventually("its end is told", async () => (await deaths(box, driver)).length === 1);
      deepEqual((await deaths(box, driver)).map(([, code]) => code), ["6"]);
      await box.ok(["rm", "-f", driver]);
    }
    await untilNobodyMonitors(box);
  },
);

boxTest(
  "programs survive the monitor that they were left to, and the next one sees their end",
  async (box) => {
    await box.busybox();
    await run(box, "--name", "web");
    await box.ok(["exec", "-d", "web", "sh", "-c", `${untilGo}; exit 7`]);
    await killMonitor(box);
    // What comes next finds that the container has lost its monitor.
    await box.ok(["exec", "web", "true"]);
    await eventually("there is a monitor again", () => monitorsOf(box).length === 1);
    await box.ok("exec web touch /go");
    const codes = async () => (await deaths(box, "web")).map(([, code]) => code);
    await eventually("its end is told", async () => (await codes()).includes("7"));
    deepEqual((await codes()).sort(), ["0", "0", "7"]);
  },
);

boxTest("a program that is left with the container's end is told of before that", async (box) => {
  await box.busybox();
  await run(box, "--name", "web");
  await box.ok(["exec", "-d", "web", "sleep", "1000"]);
  const { ID: id } = await readNotes(box, "web");
  await box.ok("kill web");
  await box.ok("wait web");
  const now = (Date.now() / 1000).toFixed(3);
  const events = await box.ok(["events", "--until", now, "--filter", `container=${id}`]);
  const deaths = events.split("\n").map((line) => line.split(" ")[2])
    .filter((action) => ["die", "exec_die"].includes(action));
  deepEqual(deaths, ["exec_die", "die"]);
  equal(await execIds(box, "web"), null);
});

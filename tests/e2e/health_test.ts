/** Health checks: of the command line and of images, by whoever is the monitor. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { inspect, runBeside } from "./containers/running.ts";
import { type Box, boxTest, eventually, mergedDirectory } from "./harness.ts";

const QUICK = ["--health-interval", "50ms", "--health-retries", "2"];

/** Starts a container of busybox in the background that is checked by a shell command. */
async function checked(
  box: Box,
  name: string,
  check: string,
  options: readonly string[] = QUICK,
): Promise<string> {
  const args = ["run", "-d", "--name", name, "--health-cmd", check, ...options];
  return await box.ok([...args, "busybox", "sleep", "10000"]);
}

interface Health {
  Status: string;
  FailingStreak: number;
  Log: { Start: string; End: string; ExitCode: number; Output: string }[];
}

async function healthOf(box: Box, name: string): Promise<Health> {
  return JSON.parse(await inspect(box, "{{json .State.Health}}", name));
}

async function untilHealth(box: Box, name: string, status: string): Promise<Health> {
  await eventually(
    `${name} is ${status}`,
    async () => (await healthOf(box, name)).Status === status,
  );
  return await healthOf(box, name);
}

const listed = (box: Box, ...filters: string[]) =>
  box.ok(["ps", "-a", "--format", "{{.Names}}: {{.Status}}", ...filters.flatMap((f) => ["-f", f])]);

boxTest(
  "a container becomes unhealthy, healthy again, and keeps the last five results",
  async (box) => {
    await box.busybox();
    const id = await checked(box, "web", "echo checked; test -e /ok");
    await untilHealth(box, "web", "unhealthy");
    match(await listed(box, "health=unhealthy"), /^web: Up .* \(unhealthy\)$/);
    equal(await listed(box, "health=healthy"), "");
    await box.ok("exec web touch /ok");
    const { FailingStreak } = await untilHealth(box, "web", "healthy");
    equal(FailingStreak, 0);
    match(await listed(box, "health=healthy"), /^web: Up .* \(healthy\)$/);
    await eventually("all results are successes", async () => {
      const { Log } = await healthOf(box, "web");
      return Log.length === 5 && Log.every(({ ExitCode }) => ExitCode === 0);
    });
    const { Log } = await healthOf(box, "web");
    for (const { Start, End, Output } of Log) {
      equal(Output, "checked\n");
      ok(Date.parse(Start) <= Date.parse(End));
    }
    deepEqual(Log.map(({ Start }) => Start), Log.map(({ Start }) => Start).toSorted());
    // As dockerd has it.
    const file = await Deno.readTextFile(`${box.root}/containers/${id}/config.v2.json`);
    match(
      file,
      /"Health":\{"Status":"healthy","FailingStreak":0,"Log":\[\{"Start":"[^"]+","End":"/,
    );
    await box.ok("stop -t 0 web");
    equal((await healthOf(box, "web")).Status, "healthy");
    match(await listed(box, "health=healthy"), /^web: Exited \(137\) [^(]*$/);
    const now = (Date.now() / 1000).toFixed(3);
    const told = (await box.ok(["events", "--until", now, "-f", "container=web"])).split("\n")
      .filter((line) => line.includes("health_status")).map((line) => line.replace(/^\S+ /, ""));
    const attributes = `${id} (image=busybox, name=web)`;
    deepEqual(told, [
      `container health_status: unhealthy ${attributes}`,
      `container health_status: healthy ${attributes}`,
    ]);
  },
);

boxTest("a container is starting until its first check", async (box) => {
  await box.busybox();
  await checked(box, "web", "true", ["--health-interval", "1h"]);
  deepEqual(await healthOf(box, "web"), { Status: "starting", FailingStreak: 0, Log: [] });
  match(await listed(box, "health=starting"), /^web: Up .* \(health: starting\)$/);
  await box.ok("run -d --name unchecked busybox sleep 1000");
  equal(await inspect(box, "{{.State.Health}}", "unchecked"), "<nil>");
  match(await listed(box, "health=none"), /^unchecked: Up [^(]*$/);
  match(await box.ok("create --health-cmd true --name made busybox"), /^[0-9a-f]{64}$/);
  equal(await inspect(box, "{{.State.Health}}", "made"), "<nil>");
});

boxTest("a check that takes too long is killed, with what it has started", async (box) => {
  await box.busybox();
  const check = "echo $$ >> /pids; sleep 1000 & echo $! >> /pids; wait";
  await checked(box, "web", check, [...QUICK, "--health-timeout", "200ms"]);
  const { Log } = await untilHealth(box, "web", "unhealthy");
  const { ExitCode, Output } = Log[0];
  deepEqual([ExitCode, Output], [-1, "Health check exceeded timeout (200ms)"]);
  await eventually("the first check's processes are gone", async () => {
    const script =
      "for pid in $(head -n 2 /pids); do ! grep -q 'State:.[^Z]' /proc/$pid/status || exit 1; done";
    return (await box.run(["exec", "web", "sh", "-c", script])).code === 0;
  });
});

boxTest("what a check writes is kept up to 4096 bytes, and why it cannot be made", async (box) => {
  await box.busybox();
  await checked(box, "long", "head -c 5000 /dev/zero | tr '\\0' x; exit 3");
  const { Log: [long] } = await untilHealth(box, "long", "unhealthy");
  deepEqual([long.ExitCode, long.Output], [3, "x".repeat(4096) + "..."]);
  const change = 'HEALTHCHECK --interval=50ms --retries=1 CMD ["/nosuch", "a"]';
  await box.ok(["create", "--name", "base", "busybox"]);
  await box.ok(["commit", "--change", change, "base", "image"]);
  await box.ok("run -d --name failing image sleep 1000");
  const { Log: [failing] } = await untilHealth(box, "failing", "unhealthy");
  equal(failing.ExitCode, -1);
  match(failing.Output, /exec: "\/nosuch": stat \/nosuch: no such file or directory/);
  await box.ok("run -d --no-healthcheck --name unchecked image sleep 1000");
  equal(await inspect(box, "{{.State.Health}}", "unchecked"), "<nil>");
});

boxTest("a paused container is not checked", async (box) => {
  await box.busybox();
  await checked(box, "web", "echo x >> /count");
  await untilHealth(box, "web", "healthy");
  await box.ok("pause web");
  const { Log } = await healthOf(box, "web");
  const file = `${await mergedDirectory(box, "web")}/count`;
  const { size } = await Deno.stat(file);
  await new Promise((resolve) => setTimeout(resolve, 500)); // ten intervals
  deepEqual((await healthOf(box, "web")).Log, Log);
  equal((await Deno.stat(file)).size, size);
  await box.ok("unpause web");
  await eventually("it is checked again", async () => (await Deno.stat(file)).size > size);
});

boxTest("box run checks what it runs, and the background monitor what it leaves", async (box) => {
  await box.busybox();
  const options = ["--name web", "--health-cmd true", "--health-interval 50ms"].join(" ");
  const run = await runBeside(box, options, "echo ready; exec sleep 1000");
  await untilHealth(box, "web", "healthy");
  run.kill("SIGKILL");
  await run.wait();
  await box.ok("exec web true");
  const last = async () => (await healthOf(box, "web")).Log.at(-1)!.Start;
  const before = await last();
  await box.ok("run -d --name other busybox sleep 1000"); // starts a monitor
  await eventually("it is checked by another", async () => await last() > before);
});

/** Containers that run on without the command that has started them, whatever of box is killed meanwhile. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import {
  directoryOf,
  endsOnTerm,
  exists,
  isAlive,
  killMonitor,
  monitorsOf,
  readNotes,
  untilGone,
  untilLogged,
  untilNobodyMonitors,
} from "./containers/detached.ts";
import { fails, idle, inspect } from "./containers/running.ts";
import { type Box, boxTest, eventually, storeLeftovers } from "./harness.ts";

/** Starts a shell script in the background, and returns the container's id. */
function detach(box: Box, options: string, script: string): Promise<string> {
  const words = options.split(" ").filter(Boolean);
  return box.ok(["run", "-d", ...words, "busybox", "sh", "-c", script]);
}

const statusOf = (box: Box, name: string) =>
  box.ok(["ps", "-a", "-f", `name=^/?${name}$`, "--format", "{{.Status}}"]);

/** Counts up to so many lines, 2000 in four seconds, in which a few commands of box end also on a busy machine; and exits with 5. */
const count = (lines: number) =>
  `i=0; while [ $i -lt ${lines} ]; do i=$((i+1)); echo $i; [ $((i % 10)) = 0 ] && sleep 0.02; done; exit 5`;

const counted = (lines: number) => Array.from({ length: lines }, (_, i) => i + 1).join("\n");

boxTest("run -d prints the id and leaves the container to itself", async (box) => {
  await box.busybox();
  const id = await detach(box, "--name it", `echo out; echo err >&2; ${endsOnTerm(3)}`);
  match(id, /^[0-9a-f]{64}$/);
  equal(await inspect(box, "{{.Id}} {{.State.Status}}", "it"), `${id} running`);
  await untilLogged(box, "it", "out\n");
  const logs = await box.run("logs it");
  deepEqual([logs.stdout, logs.stderr], ["out\n", "err\n"]);
  await box.ok("stop it");
  equal(await box.ok("wait it"), "3");
  match(await statusOf(box, "it"), /^Exited \(3\)/);
  await untilNobodyMonitors(box);
  deepEqual(storeLeftovers(box.root), []);
});

boxTest("run -d refuses what cannot be started", async (box) => {
  await box.busybox();
  await box.fail(
    "run -d --name one busybox nosuch",
    127,
    /^box: Error response from daemon: .*executable file not found in \$PATH/,
  );
  match(await statusOf(box, "one"), /^Created/);
  match((await box.run("run -d --pid container:one busybox true")).stdout, /^[0-9a-f]{64}\n$/);
  await box.fail("run -d --rm --name two busybox nosuch", 127, /not found/);
  equal(await statusOf(box, "two"), "");
  deepEqual(monitorsOf(box), []);
});

boxTest("run -d --rm is removed with its end", async (box) => {
  await box.busybox();
  const id = await detach(box, "--rm", endsOnTerm(0));
  const waiting = box.spawn(["wait", id]);
  await eventually("it waits", () => hasOpen(waiting.pid, "exit-status"));
  await box.ok(["stop", id]);
  equal((await waiting.wait()).stdout, "0\n");
  equal(await box.ok("ps -aq"), "");
  await untilNobodyMonitors(box); // which may still be at its files
  deepEqual(storeLeftovers(box.root), []);
});

boxTest(
  "restart keeps a container, and what it wrote, that is removed with its end",
  async (box) => {
    await box.busybox();
    await detach(box, "--rm --name it", `echo run >> /runs; ${endsOnTerm(0)}`);
    const runs = async (count: number) =>
      await eventually(`it has run ${count} times`, async () => {
        const { stdout } = await box.run("exec it cat /runs");
        return stdout === "run\n".repeat(count);
      });
    await runs(1);
    for (const count of [2, 3]) {
      equal(await box.ok("restart it"), "it");
      await runs(count);
    }
    await box.ok("stop it");
    equal(await box.ok("ps -aq"), "");
    // Nor does anything keep one from being started again that has been interrupted.
    await box.ok("create --rm --name made busybox true");
    const work = await inspect(box, "{{.GraphDriver.Data.WorkDir}}", "made");
    await Deno.mkdir([work, "work", "incompat", "volatile"].join("/"), { recursive: true });
    await box.ok("start -a made");
    equal(await box.ok("ps -aq"), "");
  },
);

boxTest("one monitor looks after all, and goes with the last", async (box) => {
  await box.busybox();
  const names = ["one", "two", "three"];
  await Promise.all(names.map((name) => detach(box, `--name ${name}`, `echo ${name}; ${idle}`)));
  for (const name of names) await untilLogged(box, name, `${name}\n`);
  await eventually("one monitor", () => monitorsOf(box).length === 1);
  const [monitor] = monitorsOf(box);
  await box.ok("kill one two");
  deepEqual(monitorsOf(box), [monitor]);
  ok(exists(`${box.root}/monitor.sock`));
  await box.ok("kill three");
  await untilNobodyMonitors(box);
  await detach(box, "--name four", "echo four"); // a later one gets another
  equal(await box.ok("wait four"), "0");
  equal(await box.ok("logs four"), "four");
});

for (const command of ["ps", "logs it", "logs -f it", "stats --no-stream", "wait it"]) {
  boxTest(`after the death of all of box, '${command}' finds a monitor again`, async (box) => {
    await box.busybox();
    const lines = 2000;
    await detach(box, "--name it", count(lines));
    await untilLogged(box, "it", "\n10\n");
    await killMonitor(box);
    const seen = (await box.run(command)).stdout;
    if (command === "logs -f it") equal(seen.trimEnd(), counted(lines));
    equal(await box.ok("wait it"), "5");
    equal(await box.ok("logs it"), counted(lines));
    await untilNobodyMonitors(box);
  });
}

boxTest(
  "monitors that are killed while they write lose no line, and write none twice",
  async (box) => {
    await box.busybox();
    const lines = 100_000;
    await detach(box, "--name it", `seq 1 ${lines}; exit 5`);
    for (let kills = 0; kills < 6; kills++) {
      await eventually("there is a monitor", () => monitorsOf(box).length === 1);
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 150));
      for (const pid of monitorsOf(box)) {
        Deno.kill(pid, "SIGKILL");
        await untilGone(pid);
      }
      await box.ok("ps"); // which starts another one
      if (await inspect(box, "{{.State.Running}}", "it") === "false") break;
    }
    equal(await box.ok("wait it"), "5");
    equal(await box.ok("logs it"), counted(lines));
  },
);

boxTest("whoever follows a container does so beyond the death of its monitor", async (box) => {
  await box.busybox();
  const lines = 2000;
  await detach(box, "--name it", count(lines));
  const following = box.spawn("logs -f it"), attached = box.spawn("attach it");
  await following.waitFor("\n10\n");
  await attached.waitFor("\n"); // from wherever it began
  await killMonitor(box);
  const { code, stdout } = await attached.wait();
  equal(code, 5);
  match(stdout, new RegExp(`${lines - 1}\n${lines}\n$`));
  equal((await following.wait()).stdout.trimEnd(), counted(lines));
  equal(await box.ok("logs it"), counted(lines));
});

boxTest("what has ended without a monitor is told from its keeper's note", async (box) => {
  await box.busybox();
  await detach(
    box,
    "--name it",
    `echo first; while [ ! -e /go ]; do sleep 0.01; done; echo last; exit 7`,
  );
  await untilLogged(box, "it", "first\n");
  await killMonitor(box);
  const { State: { Pid: pid } } = await readNotes(box, "it");
  await Deno.writeTextFile(`/proc/${pid}/root/go`, "");
  await untilGone(pid);
  deepEqual(monitorsOf(box), []);
  equal(await box.ok("logs it"), "first\nlast");
  match(await statusOf(box, "it"), /^Exited \(7\)/);
  equal(await box.ok("wait it"), "7");
});

boxTest("a container goes with its keeper", async (box) => {
  await box.busybox();
  for (const watched of [true, false]) {
    await detach(box, "--name it", `echo ready; ${idle}`);
    await untilLogged(box, "it", "ready\n");
    const { State: { Pid: pid }, BoxKeeper: keeper } = await readNotes(box, "it");
    if (!watched) await killMonitor(box);
    Deno.kill(keeper!.Pid, "SIGKILL");
    await untilGone(pid);
    if (!watched) match(await statusOf(box, "it"), /^Exited \(137\)/);
    equal(await box.ok("wait it"), "137");
    match(await statusOf(box, "it"), /^Exited \(137\)/);
    await box.ok("rm it");
    deepEqual(storeLeftovers(box.root), []);
    if (watched) await untilNobodyMonitors(box);
    else deepEqual(monitorsOf(box), []);
  }
});

boxTest("without a log, only the keeper stays", async (box) => {
  await box.busybox();
  // More than a pipe holds: nobody reads it, and it must not be held up.
  const script = `head -c 200000 /dev/zero; touch /written; ${endsOnTerm(4)}`;
  await detach(box, "--name it --log-driver none", script);
  const { State: { Pid: pid }, BoxKeeper: keeper } = await readNotes(box, "it");
  await eventually("it has written", () => exists(`/proc/${pid}/root/written`));
  deepEqual(monitorsOf(box), []);
  equal(exists(`${await directoryOf(box, "it")}/attach.sock`), false);
  match(await statusOf(box, "it"), /^Up/);
  await fails(
    box,
    "logs it",
    "Error response from daemon: configured logging driver does not support reading",
  );
  const waiting = box.spawn("wait it");
  await box.ok("stop it");
  equal((await waiting.wait()).stdout, "4\n");
  match(await statusOf(box, "it"), /^Exited \(4\)/);
  equal(isAlive(keeper!.Pid), false);
  deepEqual(monitorsOf(box), []);
  await box.ok("rm it");
});

boxTest("a container without a log can be attached to, and then has a monitor", async (box) => {
  await box.busybox();
  await box.ok("run -d -i --name it --log-driver none busybox sh");
  deepEqual(monitorsOf(box), []);
  const attached = box.spawn("attach it");
  await attached.write("exit 6\n");
  equal((await attached.wait()).code, 6);
  await untilNobodyMonitors(box);
});

boxTest("update gives a container a monitor that needs one from then on", async (box) => {
  await box.busybox();
  await box.ok("run -d --name it --log-driver none busybox sleep 1000");
  deepEqual(monitorsOf(box), []);
  await box.ok("update --restart always it");
  await eventually("there is a monitor", () => monitorsOf(box).length === 1);
  await box.ok("rm -f it");
  await untilNobodyMonitors(box);
});

boxTest("sockets that somebody removes come back", async (box) => {
  await box.busybox();
  await detach(box, "--name it", `trap 'echo got it' USR1; ${idle}`);
  await untilLogged(box, "it", "ready\n");
  await eventually("one monitor", () => monitorsOf(box).length === 1);
  const [monitor] = monitorsOf(box);
  await Deno.remove(`${await directoryOf(box, "it")}/attach.sock`);
  const attached = box.spawn("attach --no-stdin --sig-proxy=false it");
  await eventually(
    "the socket is back",
    async () => exists(`${await directoryOf(box, "it")}/attach.sock`),
  );
  await eventually("it is attached", async () => {
    await box.ok("kill -s USR1 it");
    return attached.stdout.includes("got it");
  });
  await Deno.remove(`${box.root}/monitor.sock`);
  await eventually("the socket is back", () => exists(`${box.root}/monitor.sock`));
  await detach(box, "--name other", "echo other");
  equal(await box.ok("wait other"), "0");
  equal(await box.ok("logs other"), "other");
  deepEqual(monitorsOf(box), [monitor]);
  await box.ok("kill it");
  equal((await attached.wait()).code, 137);
  await untilNobodyMonitors(box);
});

boxTest("a running container whose file is cut in half can be removed", async (box) => {
  await box.busybox();
  for (const watched of [true, false]) {
    await detach(box, "--name it", `echo ready; ${idle}`);
    await detach(box, "--name sane", `echo ready; ${idle}`);
    await untilLogged(box, "it", "ready\n");
    const { ID: id, State: { Pid: pid }, BoxKeeper: keeper } = await readNotes(box, "it");
    const path = `${box.root}/containers/${id}/config.v2.json`;
    const text = await Deno.readTextFile(path);
    await Deno.writeTextFile(path, text.slice(0, text.length / 2));
    if (!watched) await killMonitor(box);
    const { code, stdout, stderr } = await box.run(["ps", "--format", "{{.Names}}"]);
    deepEqual([code, stdout], [0, "sane\n"]);
    match(stderr, new RegExp(`WARNING: .*${id}/config.v2.json`));
    await box.fail("stop it", 1, /config\.v2\.json/);
    await box.ok("rm -f it");
    await untilGone(pid);
    await untilGone(keeper!.Pid);
    equal(await box.ok("ps --format {{.Names}}"), "sane");
    await box.ok("rm -f sane");
    deepEqual(storeLeftovers(box.root), []);
  }
  await untilNobodyMonitors(box);
});

/** Whether a process has a file of this name open. */
function hasOpen(pid: number, name: string): boolean {
  return [...Deno.readDirSync(`/proc/${pid}/fd`)].some(({ name: fd }) => {
    try {
      return Deno.readLinkSync(`/proc/${pid}/fd/${fd}`).endsWith(`/${name}`);
    } catch {
      return false; // closed meanwhile
    }
  });
}

/** Restart policies: containers that are started again, and when they are not. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import {
  changeNotes,
  killMonitor,
  monitorsOf,
  readNotes,
  untilGone,
  untilLogged,
  untilNobodyMonitors,
} from "./containers/detached.ts";
import { idle, inspect } from "./containers/running.ts";
import { type Box, boxTest, eventually, storeLeftovers } from "./harness.ts";

/** Starts a shell script in the background. */
async function detach(box: Box, options: string, script: string): Promise<void> {
  await box.ok(["run", "-d", ...options.split(" "), "busybox", "sh", "-c", script]);
}

const statusOf = (box: Box, name: string) =>
  box.ok(["ps", "-a", "-f", `name=^/?${name}$`, "--format", "{{.Status}}"]);

const restartsOf = async (box: Box, name: string) =>
  Number(await inspect(box, "{{.RestartCount}}", name));

/** Ends a container's process, as a fault of its own would. */
async function crash(box: Box, name: string): Promise<void> {
  const { State: { Pid: pid } } = await readNotes(box, name);
  Deno.kill(pid, "SIGKILL");
  await untilGone(pid);
}

async function untilRestarted(box: Box, name: string, times: number): Promise<void> {
  await eventually(
    `${name} runs for another time`,
    async () =>
      await inspect(box, "{{.RestartCount}} {{.State.Status}}", name) === `${times} running`,
  );
}

/** Waits until a container that always fails waits for its next start, long enough to do something about it. */
async function untilBackedOff(box: Box, name: string): Promise<void> {
  await eventually(`${name} has failed often`, async () => {
    const { State: { Restarting }, ...notes } = await readNotes(box, name);
    return Restarting && (notes as unknown as { RestartCount: number }).RestartCount >= 4;
  });
}

boxTest("on-failure starts a container again until it has failed too often", async (box) => {
  await box.busybox();
  await detach(box, "--name it --restart on-failure:2", "echo again; exit 3");
  const hasGivenUp = async () =>
    await inspect(box, "{{.State.Status}} {{.RestartCount}}", "it") === "exited 2";
  await eventually("it has given up", hasGivenUp);
  match(await statusOf(box, "it"), /^Exited \(3\)/);
  equal(await box.ok("logs it"), "again\nagain\nagain");
  await untilNobodyMonitors(box);
  const now = String(Date.now() / 1000);
  const past = ["events", "--since", "0", "--until", now, "--format", "{{.Action}}"];
  const actions = (await box.ok(past)).split("\n");
  equal(actions.filter((action) => action === "die").length, 3);
  equal(actions.filter((action) => action === "start").length, 3);

  await box.ok("start it"); // by hand: it is counted anew
  await eventually("it has given up again", hasGivenUp);
  await detach(box, "--name good --restart on-failure", "echo once");
  equal(await box.ok("wait good"), "0");
  deepEqual([await restartsOf(box, "good"), await box.ok("logs good")], [0, "once"]);
});

boxTest(
  "always starts a container again, whatever it ended with, unless it was stopped",
  async (box) => {
    await box.busybox();
    for (const policy of ["always", "unless-stopped"]) {
      await detach(box, `--name it --restart ${policy}`, `echo ready; ${idle}`);
      await untilLogged(box, "it", "ready\n");
      await crash(box, "it");
      await untilRestarted(box, "it", 1);
      await box.ok("restart -t 0 it");
      await untilRestarted(box, "it", 0); // by hand: counted anew
      await box.ok("stop -t 0 it");
      match(await statusOf(box, "it"), /^Exited \(137\)/);
      await untilNobodyMonitors(box);
      match(await statusOf(box, "it"), /^Exited \(137\)/);
      await box.ok("rm it");
    }
    await detach(box, "--name brief --restart always", "echo again");
    await eventually("it ran a few times", async () => await restartsOf(box, "brief") >= 2);
    await box.ok("rm -f brief");
    await untilNobodyMonitors(box);
    deepEqual(storeLeftovers(box.root), []);
  },
);

boxTest(
  "between two runs a container is restarting, and can be stopped or removed",
  async (box) => {
    await box.busybox();
    for (const command of ["stop it", "kill it", "rm -f it"]) {
      await detach(box, "--name it --restart always", "exit 1");
      await untilBackedOff(box, "it");
      match(await statusOf(box, "it"), /^Restarting \(1\) (Less than a second|\d seconds?) ago$/);
      await box.fail("attach it", 1, /cannot attach to a restarting container/);
      equal(await box.ok("start it"), "it", "it is started already");
      await box.ok(command);
      await untilNobodyMonitors(box);
      if (command === "rm -f it") equal(await box.ok("ps -aq"), "");
      else {
        match(await statusOf(box, "it"), /^Exited \(1\)/);
        await box.ok("rm it");
      }
      deepEqual(storeLeftovers(box.root), []);
    }
  },
);

boxTest(
  "a program that the kernel refuses to execute is tried again, as in docker",
  async (box) => {
    await box.busybox();
    const write = "echo junk > /bin/junk; chmod +x /bin/junk";
    await box.ok(["run", "--name", "made", "busybox", "sh", "-c", write]);
    await box.ok("commit made junk");
    const refusal = "exec /bin/junk: exec format error";
    const hasGivenUp = async (name: string) =>
      await inspect(box, "{{.State.Status}} {{.RestartCount}}", name) === "exited 2";
    for (
      const [name, mode, code] of [["detached", "-d", 0], ["attached", "-a=stderr", 1]] as const
    ) {
      const options = [mode, "--name", name, "--restart", "on-failure:2"];
      const { stderr } = await box.run(["run", ...options, "junk", "junk"]);
      equal(stderr, code === 0 ? "" : `${refusal}\n`);
      await eventually("it has given up", () => hasGivenUp(name));
      const logs = await box.run(`logs ${name}`);
      equal(logs.stderr, `${refusal}\n`.repeat(3));
      match(await statusOf(box, name), /^Exited \(1\)/);
    }
    await box.ok("run -d --name always --restart always junk junk");
    await untilBackedOff(box, "always");
    await box.ok("rm -f always");
    await untilNobodyMonitors(box);
    deepEqual(storeLeftovers(box.root), []);
  },
);

boxTest(
  "a container that is always restarted is never shown as one that has ended",
  async (box) => {
    await box.busybox();
    await detach(box, "--name it --restart always", "sleep 0.1; exit 1");
    const seen = new Set<string>();
    await eventually("it was restarted a few times", async () => {
      const status = await statusOf(box, "it");
      match(status, /^(Up|Restarting \(1\)) /);
      seen.add(await inspect(box, "{{.State.Status}}", "it"));
      return await restartsOf(box, "it") >= 4;
    });
    deepEqual([...seen].filter((status) => !["running", "restarting"].includes(status)), []);
    await box.ok("rm -f it");
    await untilNobodyMonitors(box);
  },
);

boxTest("update changes the policy of a container that runs", async (box) => {
  await box.busybox();
  await detach(box, "--name it", `echo ready; ${idle}`);
  await untilLogged(box, "it", "ready\n");
  await box.ok("update --restart on-failure:1 it");
  await crash(box, "it");
  await untilRestarted(box, "it", 1);
  await box.ok("update --restart no it");
  await crash(box, "it");
  await eventually("it stays so", async () => /^Exited \(137\)/.test(await statusOf(box, "it")));
  await untilNobodyMonitors(box);
});

boxTest("the next command goes on with restarts when the monitor was killed", async (box) => {
  await box.busybox();
  await detach(box, "--name it --restart always", `echo ready; ${idle}`);
  await untilLogged(box, "it", "ready\n");
  await killMonitor(box);
  await crash(box, "it"); // while nobody looks
  deepEqual(monitorsOf(box), []);
  await box.ok("ps -a");
  await untilRestarted(box, "it", 1);
  await box.ok("rm -f it");

  await detach(box, "--name failing --restart always", "exit 1");
  await untilBackedOff(box, "failing");
  await killMonitor(box); // while it waits
  const restarts = await restartsOf(box, "failing");
  match(await statusOf(box, "failing"), /^Restarting \(1\)/);
  await eventually("it goes on", async () => await restartsOf(box, "failing") > restarts);
  await box.ok("rm -f failing");
  await untilNobodyMonitors(box);
});

boxTest("a container in the foreground is restarted in the background", async (box) => {
  await box.busybox();
  const script = "[ -e /been ] && exec sleep 1000; touch /been; exit 4";
  const first = await box.run([
    "run",
    "--name",
    "it",
    "--restart",
    "always",
    "busybox",
    "sh",
    "-c",
    script,
  ]);
  equal(first.code, 4);
  await untilRestarted(box, "it", 1);
  await box.ok("rm -f it");
  await untilNobodyMonitors(box);
});

boxTest("what can no longer be started gives up, and says why", async (box) => {
  await box.busybox();
  const script = "while [ ! -e /go ]; do sleep 0.05; done; rm /bin/sh; exit 1";
  await detach(box, "--name it --restart always", script);
  const { State: { Pid: pid } } = await readNotes(box, "it");
  await Deno.writeTextFile(`/proc/${pid}/root/go`, "");
  await eventually(
    "it has given up",
    async () => await inspect(box, "{{.State.Status}} {{.State.ExitCode}}", "it") === "exited 127",
  );
  match(await inspect(box, "{{.State.Error}}", "it"), /executable file not found/);
  await untilNobodyMonitors(box);
  await box.ok("rm it");
  deepEqual(storeLeftovers(box.root), []);
});

/** Makes the store look as it does when the host was restarted: processes are gone, and those of another boot are noted. */
async function restartHost(box: Box, names: readonly string[]): Promise<void> {
  for (const pid of monitorsOf(box)) Deno.kill(pid, "SIGKILL");
  for (const name of names) {
    const { State: { Running, Pid: pid }, BoxKeeper: keeper } = await readNotes(box, name);
    if (!Running) continue;
    Deno.kill(keeper!.Pid, "SIGKILL");
    await untilGone(pid);
    const BootID = "00000000-0000-4000-8000-000000000000";
    await changeNotes(box, name, (notes) => {
      notes.BoxProcess!.BootID = BootID;
      notes.BoxKeeper!.BootID = BootID;
    });
  }
  const mounts = await Deno.readTextFile("/proc/self/mountinfo");
  for (const line of mounts.split("\n").filter((each) => each.includes(` ${box.root}/overlay2/`))) {
    await new Deno.Command("umount", { args: [line.split(" ")[4]] }).output();
  }
}

boxTest("after a restart of the host 'system restore' starts what is to run", async (box) => {
  await box.busybox();
  const script = ["sh", "-c", "trap 'exit 0' TERM; while :; do sleep 0.05; done"];
  const kept = { plain: "no", always: "always", stopped: "always", unless: "unless-stopped" };
  const others = { ended: "unless-stopped", failed: "on-failure" };
  const names = [...Object.keys(kept), ...Object.keys(others)];
  for (const [name, policy] of Object.entries({ ...kept, ...others })) {
    await box.ok(["run", "-d", "--name", name, "--restart", policy, "busybox", ...script]);
  }
  await box.ok(["run", "-d", "--name", "brief", "--rm", "busybox", ...script]);
  await box.ok("create --name created --restart always busybox true");
  await box.ok("stop stopped ended");
  await restartHost(box, [...names, "brief"]);

  const list = ["ps", "-a", "--format", "{{.Names}} {{.Status}}"];
  const down = await box.ok(list);
  for (const name of ["plain", "always", "unless", "failed", "brief"]) {
    match(down, new RegExp(`^${name} Exited \\(255\\)`, "m"));
  }
  deepEqual(monitorsOf(box), []);
  equal(await inspect(box, "{{.State.Running}} {{.State.Pid}}", "always"), "false 0");

  const restored = (await box.ok("system restore")).split("\n").sort();
  deepEqual(restored, ["always", "failed", "stopped", "unless"]);
  const up = await box.ok(list);
  for (const name of restored) match(up, new RegExp(`^${name} Up`, "m"));
  match(up, /^plain Exited \(255\)/m);
  match(up, /^ended Exited \(0\)/m);
  match(up, /^created Created/m);
  ok(!up.includes("brief"), up);
  equal(await box.ok("system restore"), "", "what runs is left alone");
});

/** Paused containers, and what may and may not wake them. */
import { equal, match, ok } from "node:assert/strict";
import { fails, idle, inspect, runBeside } from "./containers/running.ts";
import {
  type Box,
  boxTest,
  eventually,
  needs,
  run,
  RunningProcess,
  skipUnless,
} from "./harness.ts";

/** Clock ticks that a container's first process has spent. */
async function timeSpent(box: Box, name: string): Promise<number> {
  const pid = await inspect(box, "{{.State.Pid}}", name);
  const stat = await Deno.readTextFile(`/proc/${pid}/stat`);
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return Number(fields[11]) + Number(fields[12]);
}

async function assertFrozen(box: Box, name: string): Promise<void> {
  const before = await timeSpent(box, name);
  await new Promise((resolve) => setTimeout(resolve, 200)); // time in which it would have done something
  equal(await timeSpent(box, name), before);
  equal(await inspect(box, "{{.State.Status}} {{.State.Paused}}", name), "paused true");
}

async function assertAwake(box: Box, name: string): Promise<void> {
  const before = await timeSpent(box, name);
  await eventually("it goes on", async () => await timeSpent(box, name) > before);
  equal(await inspect(box, "{{.State.Status}} {{.State.Paused}}", name), "running false");
}

/** What the kernel says of a container's control group: cgroups(7), cgroup-v2.rst, freezer-subsystem.rst. */
function isFrozen(id: string): boolean {
  const files = ["cgroup.events", "unified/cgroup.events", "freezer/freezer.state"];
  return files.some((file) => {
    try {
      const text = Deno.readTextFileSync(
        `/sys/fs/cgroup/${file.replace(/[^/]*$/, `box/${id}/$&`)}`,
      );
      return /^(frozen 1|FROZEN)$/m.test(text);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return false;
      throw error;
    }
  });
}

const busy = "echo ready; while :; do :; done";

boxTest("pause stops containers and unpause lets them go on", async (box) => {
  await box.busybox();
  for (const name of ["one", "two"]) await runBeside(box, `--name ${name}`, busy);
  equal(await box.ok("pause one two"), "one\ntwo");
  await assertFrozen(box, "one");
  await assertFrozen(box, "two");
  match(
    await box.ok(["ps", "-f", "status=paused", "--format", "{{.Status}}"]),
    /^(Up .* \(Paused\)\n?){2}$/,
  );
  const id = await inspect(box, "{{.Id}}", "one");
  await fails(
    box,
    "rm one",
    `Error response from daemon: You cannot remove a paused container ${id}. ` +
      "Unpause and then stop the container before attempting removal or force remove",
  );
  match(await box.ok("top one"), /while :; do :; done$/);
  equal(await box.ok("container unpause one"), "one");
  await assertAwake(box, "one");
  await assertFrozen(box, "two");
});

boxTest("a paused container stays so, whatever other commands do", async (box) => {
  await box.busybox();
  await runBeside(box, "--name it", busy);
  await box.ok("pause it");
  await box.ok("create busybox true");
  await box.ok("commit it copy");
  await box.ok("rename it still");
  await box.ok("container prune -f");
  await assertFrozen(box, "still");
  await box.ok("rm -f still");
});

boxTest("what a killed command has left frozen is thawed by the next one", async (box) => {
  await box.busybox();
  await runBeside(box, "--name it", busy);
  // A gigabyte takes long to be hashed, and holes none to be written.
  await box.ok("exec it truncate -s 1G /large");
  const id = await inspect(box, "{{.Id}}", "it");
  const commit = box.spawn("commit it copy");
  await eventually("it is frozen", () => isFrozen(id));
  commit.kill("SIGKILL");
  equal((await commit.wait()).code, 137);
  ok(isFrozen(id));
  await box.ok("create busybox true");
  ok(!isFrozen(id));
  await assertAwake(box, "it");
});

boxTest("signals that are to end a paused container wake it", async (box) => {
  await box.busybox();
  const killed = await runBeside(box, "--name killed", idle);
  await box.ok("pause killed");
  equal(await box.ok("kill killed"), "killed");
  equal((await killed.wait()).code, 137);
  equal(await inspect(box, "{{.State.Status}} {{.State.Paused}}", "killed"), "exited false");

  const stopped = await runBeside(box, "--name stopped", `trap 'exit 6' TERM; ${idle}`);
  await box.ok("pause stopped");
  equal(await box.ok("stop -t 60 stopped"), "stopped");
  equal((await stopped.wait()).code, 6);
});

boxTest("other signals wait until a paused container is woken", async (box) => {
  await box.busybox();
  const script = `trap 'echo heard' HUP; ${idle}`;
  const process = await runBeside(box, "--name it --stop-signal QUIT", script);
  await box.ok("pause it");
  await box.ok("kill -s HUP it");
  await assertFrozen(box, "it");
  ok(!process.stdout.includes("heard"));
  await box.ok("unpause it");
  await process.waitFor("heard");
});

const unified = "/sys/fs/cgroup/unified", freezer = "/sys/fs/cgroup/freezer";

/** Whether a file system is mounted here. */
function isMounted(path: string): boolean {
  return Deno.readTextFileSync("/proc/self/mountinfo").includes(` ${path} `);
}

const withUnshare = { needs: [needs.program("unshare")] };

boxTest("the freezer of cgroup v1 does the same", withUnshare, async (box) => {
  skipUnless(isMounted(unified) && isMounted(freezer), "not both versions of cgroups here");
  await box.busybox();
  const withoutV2 = ["unshare", "--mount", "sh", "-c", `umount ${unified} && exec "$@"`, "sh"];
  const commandLine = (args: string[]) => [...withoutV2, ...box.commandLine(args)];
  const ok = async (...args: string[]) => {
    const { code, stdout, stderr } = await run(commandLine(args), box.defaults);
    equal(code, 0, stderr);
    return stdout;
  };
  const [killed, stopped] = [["killed", idle], ["stopped", `trap 'exit 6' TERM; ${idle}`]]
    .map(([name, script]) => {
      const args = ["run", "--name", name, "busybox", "sh", "-c", script];
      return new RunningProcess(commandLine(args), box.defaults);
    });
  await Promise.all([killed.waitFor("ready"), stopped.waitFor("ready")]);
  equal(await ok("pause", "killed", "stopped"), "killed\nstopped\n");
  const id = await inspect(box, "{{.Id}}", "killed");
  equal(await Deno.readTextFile(`${freezer}/box/${id}/freezer.state`), "FROZEN\n");
  await assertFrozen(box, "stopped");
  match(await ok("top", "killed"), /^UID.*\nroot/);
  equal(await ok("unpause", "stopped"), "stopped\n");
  await assertAwake(box, "stopped");
  await ok("pause", "stopped");
  equal(await ok("kill", "killed"), "killed\n");
  equal((await killed.wait()).code, 137);
  equal(await ok("stop", "-t", "60", "stopped"), "stopped\n");
  equal((await stopped.wait()).code, 6);
});

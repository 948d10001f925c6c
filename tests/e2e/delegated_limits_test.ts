/** Limits of an ordinary user who has been delegated a control group of cgroup v2: cgroups(7), "Delegation". */
import { deepEqual, equal, match } from "node:assert/strict";
import { type Box, boxTest, needs, type Result, run } from "./harness.ts";

const ordinary = {
  user: "nobody",
  needs: [
    needs.user("nobody"),
    needs.userNamespaces,
    needs.cgroupV2,
    needs.cgroupController("memory"),
    needs.cgroupController("pids"),
    needs.program("setpriv"),
  ],
};

/** box, started in a group below one that is nobody's. */
interface Session {
  readonly group: string;
  run(...args: string[]): Promise<Result>;
}

async function withDelegation(box: Box, use: (session: Session) => Promise<void>): Promise<void> {
  const top = `/sys/fs/cgroup/box-e2e-${crypto.randomUUID()}`;
  const group = `${top}/nobody`, session = `${group}/session`;
  const { uid, gid, ...defaults } = box.defaults;
  await Deno.writeTextFile("/sys/fs/cgroup/cgroup.subtree_control", "+memory +pids");
  await Deno.mkdir(top);
  try {
    await Deno.writeTextFile(`${top}/cgroup.subtree_control`, "+memory +pids");
    await Deno.mkdir(session, { recursive: true });
    for (const own of [group, session]) {
      for (const file of ["", "/cgroup.procs", "/cgroup.subtree_control", "/cgroup.threads"]) {
        await Deno.chown(own + file, uid!, gid!);
      }
    }
    const enter = `echo 0 > ${session}/cgroup.procs && exec "$@"`;
    const become = ["setpriv", `--reuid=${uid}`, `--regid=${gid}`, "--clear-groups"];
    await use({
      group,
      run: (...args) =>
        run(["sh", "-c", enter, "sh", ...become, ...box.commandLine(args)], defaults),
    });
  } finally {
    await run(["sh", "-c", `rmdir ${group}/box; rmdir ${session} ${group} ${top}`]);
  }
}

boxTest(
  "an ordinary user's limits are kept where he has a control group",
  ordinary,
  async (box) => {
    await box.busybox();
    await withDelegation(box, async (session) => {
      const forks = "i=0; while [ $i -lt 8 ]; do sleep 5 & i=$((i+1)); done";
      const script = `cd /sys/fs/cgroup; cat memory.max memory.swap.max pids.max; ${forks}`;
      const limits = ["-m", "16m", "--memory-swap", "16m", "--pids-limit", "5"];
      const limited = await session.run(
        ...["run", "--name", "limited", ...limits, "busybox", "sh", "-c", script],
      );
      equal(limited.stdout, "16777216\n0\n5\n");
      match(limited.stderr, /^sh: can't fork: Resource temporarily unavailable$/m);

      const hog = await session.run(
        ...["run", "--name", "hog", ...limits, "busybox", "tail", "/dev/zero"],
      );
      equal(hog.code, 137, hog.stderr);
      equal(hog.stderr, "");
      equal(await box.ok("inspect -f {{.State.OOMKilled}} hog"), "true");

      // Controllers that he has not been given are missed aloud.
      const other = await session.run("run", "--rm", "--cpu-shares", "512", "busybox", "true");
      equal(other.code, 0, other.stderr);
      match(other.stderr, /^WARNING: Your kernel does not support CPU shares /m);

      await session.run("run", "-d", "--name", "it", "busybox", "sleep", "1000");
      equal((await session.run("pause", "it")).stdout, "it\n");
      match((await session.run("ps", "--format", "{{.Status}}")).stdout, /\(Paused\)$/m);
      equal((await session.run("unpause", "it")).stdout, "it\n");
      equal((await session.run("rm", "-f", "it")).code, 0);
      // Nothing of them is left but what the host gave.
      const groups = [...Deno.readDirSync(session.group)].filter(({ isDirectory }) => isDirectory);
      deepEqual(groups.map(({ name }) => name), ["session"]);
    });
  },
);

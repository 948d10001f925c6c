/** Limits: what a container may have of the host, and that the kernel sees to it. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { context } from "./build/context.ts";
import { isUnified, readGroup } from "./containers/limits.ts";
import { answers, fails, idle, inspect, runBeside } from "./containers/running.ts";
import { type Box, boxTest, eventually, needs } from "./harness.ts";

const withMemory = { needs: [needs.cgroupController("memory")] };
const withCpu = { needs: [needs.cgroupController("cpu")] };
const withPids = { needs: [needs.cgroupController("pids")] };

/** What has happened to a container. */
async function actions(box: Box, name: string): Promise<string[]> {
  const until = (Date.now() / 1000 + 1).toFixed(3);
  const format = ["--filter", `container=${name}`, "--format", "{{.Action}}"];
  return (await box.ok(["events", "--since", "10m", "--until", until, ...format])).split("\n");
}

boxTest(
  "a container that wants more memory than it may have is killed",
  withMemory,
  async (box) => {
    await box.busybox();
    await box.fail("run --name hog -m 16m --memory-swap 16m busybox tail /dev/zero", 137, /^/);
    equal(await inspect(box, "{{.State.OOMKilled}} {{.State.ExitCode}}", "hog"), "true 137");
    const told = (await actions(box, "hog")).filter((action) => ["oom", "die"].includes(action));
    equal(told.at(-1), "die");
    ok(told.includes("oom"), told.join());
    // Another run, another verdict.
    const { Memory, MemorySwap } = JSON.parse(await inspect(box, "{{json .HostConfig}}", "hog"));
    deepEqual([Memory, MemorySwap], [16 << 20, 16 << 20]);
  },
);

boxTest(
  "one process that is killed for its memory is told while the others live",
  withMemory,
  async (box) => {
    await box.busybox();
    const script = `tail /dev/zero; echo $?; ${idle}`;
    const process = await runBeside(box, "--name it -m 16m --memory-swap 16m", script);
    match(process.stdout, /^137\nready/);
    await eventually(
      "it is noted",
      async () =>
        await inspect(box, "{{.State.OOMKilled}} {{.State.Running}}", "it") === "true true",
    );
    ok((await actions(box, "it")).includes("oom"));
  },
);

boxTest(
  "a limit of memory that comes while a container runs is watched, too",
  withMemory,
  async (box) => {
    await box.busybox();
    await runBeside(box, "--name it", idle);
    await box.ok("update -m 16m --memory-swap 16m it");
    equal((await box.run("exec it tail /dev/zero")).code, 137);
    await eventually(
      "it is noted",
      async () =>
        await inspect(box, "{{.State.OOMKilled}} {{.State.Running}}", "it") === "true true",
    );
    ok((await actions(box, "it")).includes("oom"));
  },
);

boxTest("processors, processes and memory are limited, and shown inside", withCpu, async (box) => {
  await box.busybox();
  const limits = "-m 64m --cpus 0.2 --pids-limit 5 --cpu-shares 512 --cpuset-cpus 0";
  const busy = "echo ready; while :; do :; done";
  await runBeside(box, `--name it ${limits}`, busy);
  const files = isUnified()
    ? "memory.max cpu.max pids.max cpu.weight cpuset.cpus"
    : "memory/memory.limit_in_bytes cpu/cpu.cfs_quota_us pids/pids.max cpu/cpu.shares cpuset/cpuset.cpus";
  equal(
    await box.ok(["exec", "it", "sh", "-c", `cd /sys/fs/cgroup && cat ${files}`]),
    isUnified() ? "67108864\n20000 100000\n5\n20\n0" : "67108864\n20000\n5\n512\n0",
  );
  const stat = { v1: "cpu.stat", v2: "cpu.stat" };
  await eventually(
    "it is throttled",
    async () => /^nr_throttled [1-9]/m.test(await readGroup(box, "it", "cpu", stat)),
  );
  match(
    await box.ok(["stats", "--no-stream", "--format", "{{.MemUsage}} {{.PIDs}}", "it"]),
    /^\S+ \/ 64MiB 1$/,
  );
  // A sixth process there cannot be, whoever wants it.
  const forks = "i=0; while [ $i -lt 8 ]; do sleep 5 & i=$((i+1)); done";
  const { stderr } = await box.run(["exec", "it", "sh", "-c", forks]);
  match(stderr, /can't fork: Resource temporarily unavailable/);
  const events = { v1: "pids.events", v2: "pids.events" };
  match(await readGroup(box, "it", "pids", events), /^max [1-9]/m);
});

boxTest("a fork bomb stops at the limit", withPids, async (box) => {
  await box.busybox();
  const bomb = "b() { b | b & }; b; sleep 0.3; echo over";
  const { stdout, stderr } = await box.run([
    ...["run", "--rm", "--pids-limit", "20", "busybox", "sh", "-c", bomb],
  ]);
  match(stderr, /can't fork/);
  match(stdout, /^(over\n)?$/);
});

boxTest("limits are changed while a container runs, and kept", withMemory, async (box) => {
  await box.busybox();
  await runBeside(box, "--name it", "echo ready; sleep 1000 & while :; do :; done");
  await fails(
    box,
    "update -m 64m it",
    `Error response from daemon: Cannot update container ${await inspect(box, "{{.Id}}", "it")}: ` +
      "Memory limit should be smaller than already set memoryswap limit, " +
      "update the memoryswap at the same time",
  );
  const limits = "-m 64m --memory-swap 64m --cpus 0.1 --pids-limit 30 --cpuset-cpus 0";
  await answers(box, `update ${limits} it`, { stdout: "it\n" });
  const memory = { v1: "memory.limit_in_bytes", v2: "memory.max" };
  equal(await readGroup(box, "it", "memory", memory), String(64 << 20));
  equal(await readGroup(box, "it", "pids", { v1: "pids.max", v2: "pids.max" }), "30");
  const procs = { v1: "cgroup.procs", v2: "cgroup.procs" };
  equal((await readGroup(box, "it", "memory", procs)).split("\n").length, 2);
  await eventually("it is throttled", async () => {
    const stat = await readGroup(box, "it", "cpu", { v1: "cpu.stat", v2: "cpu.stat" });
    return /^nr_throttled [1-9]/m.test(stat);
  });
  await box.ok("update -m 32m --memory-swap 32m --pids-limit -1 it");
  equal(await readGroup(box, "it", "memory", memory), String(32 << 20));
  equal(await readGroup(box, "it", "pids", { v1: "pids.max", v2: "pids.max" }), "max");
  const fields = "{{.HostConfig.Memory}} {{.HostConfig.NanoCpus}} {{.HostConfig.CpusetCpus}}";
  equal(await inspect(box, fields, "it"), "33554432 100000000 0");
  await fails(
    box,
    "update --cpu-quota 5000 it",
    `Error response from daemon: Cannot update container ${await inspect(box, "{{.Id}}", "it")}: ` +
      "Conflicting options: CPU Quota cannot be updated as NanoCPUs has already been set",
  );
});

boxTest("ulimits, sysctls, the OOM score and /dev/shm are the container's own", async (box) => {
  await box.busybox();
  const look =
    "ulimit -n; ulimit -Hn; cat /proc/sys/net/ipv4/ip_forward /proc/sys/kernel/msgmax; " +
    "cat /proc/self/oom_score_adj; df -k /dev/shm | awk 'NR == 2 { print $2 }'; echo ready; ";
  const options = "--ulimit nofile=100:200 --sysctl net.ipv4.ip_forward=1 " +
    "--sysctl kernel.msgmax=1234 --oom-score-adj 300 --shm-size 1m";
  const process = await runBeside(
    box,
    `--name it ${options}`,
    look + idle.replace("echo ready;", ""),
  );
  equal(process.stdout, "100\n200\n1\n1234\n300\n1024\nready\n");
  // A process that joins it has them as well; the keeper must not go with the container.
  const joined = "ulimit -n; ulimit -Hn; cat /proc/self/oom_score_adj";
  equal(await box.ok(["exec", "it", "sh", "-c", joined]), "100\n200\n300");
  const pid = await inspect(box, "{{.State.Pid}}", "it");
  const status = await Deno.readTextFile(`/proc/${pid}/status`);
  const keeper = /^PPid:\s*(\d+)$/m.exec(status)?.[1];
  equal(
    await Deno.readTextFile(`/proc/${keeper}/oom_score_adj`),
    await Deno.readTextFile("/proc/self/oom_score_adj"),
  );
});

boxTest("the rate at which a device is written is the group's", {
  needs: [needs.cgroupController(isUnified() ? "io" : "blkio")],
}, async (box) => {
  await box.busybox();
  const [disk] = [...Deno.readDirSync("/sys/block")].map(({ name }) => name)
    .filter((name) => /^(vd|sd|loop|nvme)/.test(name)).sort().reverse();
  const number = (await Deno.readTextFile(`/sys/block/${disk}/dev`)).trim();
  const limits = `--device-write-bps /dev/${disk}:1mb --device-read-iops /dev/${disk}:100`;
  await runBeside(box, `--name it ${limits}`, idle);
  const written = { v1: "blkio.throttle.write_bps_device", v2: "io.max" };
  const read = { v1: "blkio.throttle.read_iops_device", v2: "io.max" };
  match(await readGroup(box, "it", "blkio", written), new RegExp(`^${number} .*\\b1048576\\b`));
  match(await readGroup(box, "it", "blkio", read), new RegExp(`^${number} .*\\b100\\b`));
});

/** The disk that a path lies on, if it is one and not a part of one: [number, name]. */
function diskOf(path: string): [number: string, name: string] | undefined {
  const { dev } = Deno.statSync(path), number = `${dev >> 8 & 0xfff}:${dev & 0xff}`;
  const link = `/sys/dev/block/${number}`;
  try {
    const name = Deno.readLinkSync(link).split("/").at(-1)!;
    return [number, name].every((each) => each) && Deno.statSync(`/sys/block/${name}`)
      ? [number, name]
      : undefined;
  } catch {
    return undefined;
  }
}

boxTest("what a container writes is held to its rate", {
  needs: [
    needs.cgroupController(isUnified() ? "io" : "blkio"),
    () => diskOf("/tmp") ? undefined : "/tmp is not on a whole disk",
  ],
}, async (box) => {
  await box.busybox();
  const [, disk] = diskOf("/tmp")!;
  const write = "dd if=/dev/zero of=/f bs=256k count=8 oflag=direct 2>/dev/null && echo written";
  const seconds = async (...options: string[]) => {
    const before = performance.now();
    const args = ["run", "--rm", ...options, "busybox", "sh", "-c", write];
    equal(await box.ok(args), "written");
    return (performance.now() - before) / 1000;
  };
  // 2 MB at 512 kB a second; a machine that is busy only makes it longer.
  ok(await seconds("--device-write-bps", `/dev/${disk}:512kb`) > 3.5);
});

boxTest("--cgroup-parent: what is above a container limits it", withMemory, async (box) => {
  await box.busybox();
  const name = `box-e2e-parent-${Deno.pid}`, top = "/sys/fs/cgroup";
  const parent = isUnified() ? `${top}/${name}` : `${top}/memory/${name}`;
  await Deno.mkdir(parent);
  try {
    if (isUnified()) await Deno.writeTextFile(`${top}/cgroup.subtree_control`, "+memory");
    const limits = isUnified()
      ? { "memory.max": 16 << 20, "memory.swap.max": 0 }
      : { "memory.limit_in_bytes": 16 << 20 };
    for (const [file, limit] of Object.entries(limits)) {
      await Deno.writeTextFile(`${parent}/${file}`, String(limit));
    }
    await box.fail(`run --rm --cgroup-parent /${name} busybox tail /dev/zero`, 137, /^/);
    // No way leads out of the hierarchy; and what is told of a container is told there.
    await runBeside(box, `--name it --cgroup-parent ../../${name}/sub --pids-limit 7`, idle);
    equal(await inspect(box, "{{.HostConfig.CgroupParent}}", "it"), `../../${name}/sub`);
    const id = await inspect(box, "{{.Id}}", "it"),
      pid = await inspect(box, "{{.State.Pid}}", "it");
    match(await Deno.readTextFile(`/proc/${pid}/cgroup`), new RegExp(`:/${name}/sub/${id}$`, "m"));
    await box.ok("pause it");
    await box.ok("unpause it");
    await box.ok("update --pids-limit 5 it");
    const pids = isUnified() ? top : `${top}/pids`;
    equal((await Deno.readTextFile(`${pids}/${name}/sub/${id}/pids.max`)).trim(), "5");
    match(await box.ok("stats --no-stream --format {{.PIDs}} it"), /^[12]$/);
    await box.ok("rm -f it");
    // A build's commands likewise; what one that was killed leaves there is found.
    const build = (step: string) => [
      ...["build", "--cgroup-parent", name],
      context(box, `FROM busybox\nRUN ${step}\n`),
    ];
    await box.fail(build("tail /dev/zero"), 1, /exit code: 137/);
    const building = box.spawn(build("echo ready; sleep 1000"));
    await eventually("it runs", () => /ready\n/.test(building.stderr));
    building.kill("SIGKILL");
    await building.wait();
    await box.ok("tag busybox other");
    const left = [...Deno.readDirSync(parent)].filter(({ isDirectory }) => isDirectory);
    deepEqual(left.map((entry) => entry.name), ["sub"]);
  } finally {
    // The container's groups are gone; those above are the user's.
    const hierarchies = isUnified()
      ? [top]
      : [...Deno.readDirSync(top)].map((e) => `${top}/${e.name}`);
    for (const hierarchy of hierarchies) {
      for (const group of [`${hierarchy}/${name}/sub`, `${hierarchy}/${name}`]) {
        await Deno.remove(group).catch((error) => {
          if (!(error instanceof Deno.errors.NotFound)) throw error;
        });
      }
    }
  }
});

boxTest("limits that make no sense are refused as docker does", async (box) => {
  await box.busybox();
  const cases: [options: string, message: RegExp][] = [
    ["-m 5m", /^box: Error response from daemon: Minimum memory limit allowed is 6MB\.\nSee/],
    [
      "--cpus 1 --cpu-quota 5000",
      /Conflicting options: Nano CPUs and CPU Quota cannot both be set/,
    ],
    ["--ulimit x=1", /^invalid argument "x=1" for "--ulimit" flag: invalid ulimit type: x\nSee/],
    ["--sysctl kernel.hostname=x", /sysctl 'kernel.hostname=x' is not whitelisted/],
    ["--network host --sysctl net.ipv4.ip_forward=1", /not allowed in host network namespace/],
    ["--device /dev/nosuch", /adding custom device "\/dev\/nosuch": no such file or directory/],
    ["--device-read-bps /dev/nosuch:1mb", /stat \/dev\/nosuch: no such file or directory/],
  ];
  for (const [options, message] of cases) {
    await box.fail(`run --rm ${options} busybox true`, 125, message);
  }
  match(
    (await box.run("run --rm --kernel-memory 8m busybox true")).stderr,
    /^WARNING: Your kernel does not support kernel memory limit capabilities .*discarded\.\n$/,
  );
});

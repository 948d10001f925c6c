/** What a container's processes can see and reach: nothing of the host's, and nothing of box. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { type Box, boxTest, eventually, needs, run } from "./harness.ts";

const hostPrograms = { needs: [needs.program("sh"), needs.program("mknod")] };

/** An image of the host's own programs: dynamic ones, with their loader. */
async function hostImage(box: Box): Promise<string> {
  await box.ok("import --from-host=coreutils host");
  return "host";
}

/** Runs a shell script in a container of busybox; returns what it prints. */
async function inBusybox(box: Box, script: string, ...options: string[]): Promise<string> {
  return await box.ok(["run", "--rm", ...options, "busybox", "sh", "-c", script]);
}

boxTest("/proc/self/exe as the program is not box (CVE-2019-5736)", hostPrograms, async (box) => {
  await hostImage(box);
  const script = `
    ln -s /proc/self/exe /link
    printf '#!/proc/self/exe\\nx\\n' > /script
    printf '#!/link --version\\nx\\n' > /through-link
    chmod +x /script /through-link`;
  await box.ok(["run", "--name", "made", "host", "sh", "-c", script]);
  await box.ok("commit made evil");
  for (const program of ["/proc/self/exe", "/proc/1/exe", "/link", "/script", "/through-link"]) {
    for (const options of [[], ["-u", "1000"], ["-w", "/tmp"]]) {
      const command = ["run", "--rm", ...options, "--entrypoint", program, "evil", "--version"];
      const { code, stdout, stderr } = await box.run(command, { timeout: 20_000 });
      deepEqual([code, stdout], [1, ""], stderr);
      equal(stderr, `exec ${program}: no such file or directory\n`);
    }
  }
});

boxTest(
  "process 1 is the container's own program, or an init that nobody can change",
  async (box) => {
    await box.busybox();
    const look = "readlink /proc/1/exe; cat /proc/1/comm; grep -c / /proc/1/maps";
    match(await inBusybox(box, look), /^\/bin\/busybox\nsh\n/);
    const spoil = `readlink /proc/1/exe; for way in '>' '>>' '1<>'; do
    eval "echo spoilt $way /proc/1/exe" 2>&1; done; chmod 777 /proc/1/exe 2>&1; true`;
    const said = (await inBusybox(box, spoil, "--init")).split("\n");
    equal(said[0], "/memfd:box-init (deleted)");
    equal(
      said.filter((line) => /Text file busy|Operation not permitted/.test(line)).length >= 3,
      true,
    );
    const init = "tr '\\0' '\\n' < /proc/1/environ; ls -l /proc/1/cwd /proc/1/root /proc/1/fd";
    ok(!(await inBusybox(box, init, "--init")).includes(box.root));
  },
);

boxTest("a container has three descriptors, whatever its caller leaves open", async (box) => {
  await box.busybox();
  const list = "'ls /proc/$$/fd; ls /proc/1/fd; true'";
  for (const options of ["", "-i", "--init", "--network host", "--read-only", "-u 1000"]) {
    const caller = "exec 5</proc 7</etc/passwd 8<&0 9</";
    equal(
      await box.shell(`${caller}; box run --rm ${options} busybox sh -c ${list}`),
      "0\n1\n2\n0\n1\n2",
      options,
    );
  }
});

boxTest("no working directory leads to a descriptor of box (CVE-2024-21626)", async (box) => {
  await box.busybox();
  const directories = Array.from({ length: 48 }, (_, i) => `/proc/self/fd/${i + 3}`);
  directories.push("/proc/self/fd/9/etc", "/proc/1/fd/9", "/proc/self/task/1/fd/9");
  const caller = "exec 5</proc 7</etc 9</";
  const script = directories.map((directory) =>
    `box run --rm -w ${directory} busybox pwd; echo "code $?"`
  );
  const output = await box.shell(`${caller}; exec 2>&1; ${script.join("; ")}`);
  const lines = output.split("\n");
  deepEqual(lines.filter((line) => line.startsWith("code")), directories.map(() => "code 125"));
  const refusals = lines.filter((line) => line.includes("change to the working directory"));
  equal(refusals.length, directories.length, output);
});

boxTest("rights are docker's, and no more than those of the user", async (box) => {
  await box.busybox();
  const fields = "^(Cap|Groups|NoNewPrivs|Sig(Blk|Ign)|Umask|PPid|Uid|Gid)";
  const status = async (...options: string[]) => {
    const command = [
      "run",
      "--rm",
      ...options,
      "busybox",
      "grep",
      "-E",
      fields,
      "/proc/self/status",
    ];
    const lines = (await box.ok(command)).split("\n");
    return Object.fromEntries(
      lines.map((line) => line.split(":").map((word) => word.trim().replaceAll("\t", " "))),
    );
  };
  // CHOWN, DAC_OVERRIDE, FOWNER, FSETID, KILL, SETGID, SETUID, SETPCAP, NET_BIND_SERVICE, NET_RAW,
  // SYS_CHROOT, MKNOD, AUDIT_WRITE, SETFCAP
  const docker = "00000000a80425fb", none = "0000000000000000";
  const common = { CapInh: none, CapBnd: docker, CapAmb: none, NoNewPrivs: "0", Umask: "0022" };
  const rest = { PPid: "0", SigBlk: none, SigIgn: none };
  const all = { ...common, ...rest, CapPrm: docker, CapEff: docker };
  deepEqual(await status(), { ...all, Uid: "0 0 0 0", Gid: "0 0 0 0", Groups: "0" });
  deepEqual(await status("-u", "alice"), {
    ...common,
    ...rest,
    CapPrm: none,
    CapEff: none,
    Uid: "1000 1000 1000 1000",
    Gid: "1000 1000 1000 1000",
    Groups: "29 1000",
  });
  equal((await status("-u", "12:34")).Groups, "34");
  equal((await status("-u", "0:34")).CapEff, docker);
});

boxTest("a setuid program has its owner's rights", hostPrograms, async (box) => {
  await hostImage(box);
  const script = "cp $(which id) /id && chmod 4755 /id";
  await box.ok(["run", "--name", "made", "host", "sh", "-c", script]);
  await box.ok("commit made setuid");
  equal(await box.ok("run --rm -u 1000 setuid /id -u"), "0");
  equal(await box.ok("run --rm -u 1000 setuid /id -ru"), "1000");
});

boxTest("the environment of box, and its keys, are its own", async (box) => {
  await box.busybox();
  const env = { BOX_TEST_SECRET: "hunter2" };
  const look = ["run", "--rm", "--init", "busybox", "sh", "-c"];
  const show = "env; tr '\\0' '\\n' < /proc/1/environ; tr '\\0' '\\n' < /proc/self/environ";
  const output = await box.ok([...look, show], { env });
  ok(!/hunter2|BOX_|DENO|XDG|LANG=|TERM=/.test(output), output);
  equal(await inBusybox(box, "cat /proc/keys | wc -c"), "0");
});

const python = { needs: [needs.program("python3")] };

boxTest("the session keyring is another one", python, async (box) => {
  await box.busybox();
  // keyctl(KEYCTL_GET_KEYRING_ID, KEY_SPEC_SESSION_KEYRING, 0)
  const number = Deno.build.arch === "aarch64" ? 219 : 250;
  const code = `import ctypes; print(ctypes.CDLL(None).syscall(${number}, 0, -3, 0))`;
  const own = (await run(["python3", "-c", code])).stdout.trim();
  const libraries = ["/usr", "/lib", "/lib64"].flatMap((path) => ["-v", `${path}:${path}:ro`]);
  const keyring = await box.ok(["run", "--rm", ...libraries, "busybox", "python3", "-c", code]);
  match(keyring, /^\d+$/);
  ok(keyring !== own, `both have ${own}`);
});

boxTest("the host's processes cannot be seen, signalled or traced", async (box) => {
  await box.busybox();
  const listed = (await inBusybox(box, "ls /proc")).split("\n").filter((name) =>
    /^\d+$/.test(name)
  );
  ok(listed.every((pid) => Number(pid) < 10), listed.join(" "));
  const probe =
    `kill -0 ${Deno.pid} 2>&1; ls /proc/${Deno.pid} 2>&1; cat /proc/1/status | grep NSpid`;
  match(await inBusybox(box, probe), /No such process[^]*No such file[^]*NSpid:\s1$/);
  for (const kind of ["mnt", "pid", "uts", "ipc", "net", "cgroup"]) {
    const own = await Deno.readLink(`/proc/self/ns/${kind}`);
    ok(await inBusybox(box, `readlink /proc/self/ns/${kind}`) !== own, kind);
  }
  equal(await inBusybox(box, "grep -v ':/$' /proc/self/cgroup; true"), "");
  match(await inBusybox(box, "hostname changed 2>&1; true"), /Operation not permitted/);
});

boxTest("the host's abstract sockets are out of reach", async (box) => {
  await box.busybox();
  const name = `box-test-${crypto.randomUUID()}`;
  using _ = Deno.listen({ transport: "unix", path: `\0${name}` });
  const look = `grep -c ${name} /proc/net/unix; true`;
  equal(await inBusybox(box, look), "0");
  equal(await inBusybox(box, look, "--network", "host"), "1");
});

boxTest("the host's devices are not there, and its kernel is not to be changed", async (box) => {
  await box.busybox();
  const devices = await inBusybox(box, "cd /dev; find . ! -type d | sort");
  const expected = [
    "fd",
    "full",
    "mqueue",
    "null",
    "ptmx",
    "pts/ptmx",
    "random",
    "stderr",
    "stdin",
  ];
  expected.push("stdout", "tty", "urandom", "zero");
  deepEqual(
    devices.split("\n").map((path) => path.slice(2)),
    expected.filter((n) => n !== "mqueue"),
  );
  match(await inBusybox(box, "ls -l /dev/null"), /^crw-rw-rw- .* 1, +3 /);
  const hidden = ["/proc/acpi", "/proc/keys", "/proc/kcore", "/proc/timer_list", "/sys/firmware"];
  for (const path of hidden) {
    const look = `if [ -d ${path} ]; then ls -A ${path}; else cat ${path} 2>/dev/null; fi | wc -c`;
    equal(await inBusybox(box, look), "0", path);
  }
  const writes = [
    "echo 1 > /proc/sys/vm/overcommit_memory",
    "echo h > /proc/sysrq-trigger",
    "echo x > /proc/irq/default_smp_affinity",
    "mkdir /sys/fs/cgroup/x",
    "echo x > /sys/kernel/uevent_helper",
    "mount -o remount,rw,bind /proc/sys",
    "umount /proc/keys",
    "mount -t tmpfs x /mnt",
    "mount -t proc x /mnt",
    "unshare -m true",
    "chroot /proc/1/root mount -t tmpfs x /tmp",
    "insmod /x.ko",
    "hwclock -w",
    "reboot -f",
    "swapoff -a && false",
  ];
  for (const write of writes) {
    const { code, stderr } = await box.run(["run", "--rm", "busybox", "sh", "-c", write]);
    ok(code !== 0, write);
    match(stderr, /denied|not permitted|Read-only|No such|can't|cannot|nonexistent/, write);
  }
});

boxTest("the host's mounts are not there", async (box) => {
  await box.busybox();
  const points = (await inBusybox(box, "cut -d' ' -f5 /proc/self/mountinfo")).split("\n");
  const outside = /^\/($|proc|sys|dev(\/(pts|mqueue|shm))?$|etc\/(hosts|hostname|resolv\.conf)$)/;
  deepEqual(points.filter((point) => !outside.test(point)), []);
  deepEqual(points.filter((point) => point === "/").length, 1);
  ok(!/x-mount|shared:/.test(await inBusybox(box, "cat /proc/self/mountinfo")));
});

boxTest(
  "no container outlives its box for long, whatever it does against it",
  hostPrograms,
  async (box) => {
    await hostImage(box);
    // The kernel does not kill a setuid program when its parent dies.
    const script = "cp $(which sleep) /endless && chmod 4755 /endless";
    await box.ok(["run", "--name", "made", "host", "sh", "-c", script]);
    await box.ok("commit made setuid");
    const process = box.spawn("run --name orphan -u 1000 setuid /endless 1000");
    await eventually("running", async () => (await box.ok("ps -q")) !== "");
    const pid = await box.ok("inspect -f {{.State.Pid}} orphan");
    process.kill("SIGKILL");
    await process.wait();
    await box.ok("create --name next setuid true");
    await eventually(
      "its end",
      async () => !await Deno.stat(`/proc/${pid}`).then(() => true, () => false),
    );
    match(await box.ok("ps -a -f name=orphan --format {{.Status}}"), /^Exited \(255\)/);
  },
);

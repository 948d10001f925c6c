/** --userns: containers whose root is nobody on the host, in what they do there and in what they leave. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { answers, idle, inspect, runBeside } from "./containers/running.ts";
import { type Box, boxTest, run } from "./harness.ts";

/** The first id on the host of a container that runs. */
async function firstId(box: Box, name: string): Promise<number> {
  const map = await box.ok(["exec", name, "cat", "/proc/self/uid_map"]);
  return Number(map.trim().split(/\s+/)[1]);
}

boxTest("root in a container is nobody on the host, and no other container's root", async (box) => {
  await box.busybox();
  await runBeside(box, "--name one --userns auto", idle);
  await runBeside(box, "--name two --userns=auto:size=1000 --user 7:8", idle);
  const starts = [await firstId(box, "one"), await firstId(box, "two")];
  ok(starts.every((id) => id > 65536) && Math.abs(starts[0] - starts[1]) >= 1000, starts.join());
  for (const [name, start, id] of [["one", starts[0], 0], ["two", starts[1], 7]] as const) {
    const pid = await inspect(box, "{{.State.Pid}}", name);
    const status = await Deno.readTextFile(`/proc/${pid}/status`);
    match(status, new RegExp(`^Uid:(\\t${start + id}){4}$`, "m"));
  }
  equal(await inspect(box, "{{.HostConfig.UsernsMode}}", "two"), "auto:size=1000");
  // Ids are free again with their container.
  await box.ok("rm -f one");
  const again = await box.ok("run --rm --userns auto busybox cat /proc/self/uid_map");
  deepEqual(again.trim().split(/\s+/), ["0", String(starts[0]), "65536"]);
});

boxTest(
  "what a container makes has the image's ids in diff, commit, export and cp",
  async (box) => {
    await box.busybox();
    const script = "echo mine > /mine; chown 7:8 /mine; rm -r /home; chown 5 /etc/passwd; " + idle;
    await runBeside(box, "--name it --userns auto", script);
    equal(await box.ok("diff it"), "C /etc\nC /etc/passwd\nD /home\nA /mine");
    const listed = "tar tvf - --numeric-owner | grep -E ' (mine|bin/|etc/passwd)$' | cut -d' ' -f2";
    equal(await box.shell(`box export it | ${listed}`), "0/0\n5/0\n7/8");
    equal(await box.shell(`box cp it:/mine - | ${listed}`), "7/8");
    await Deno.writeTextFile(`${box.temp}/new`, "new");
    await Deno.chown(`${box.temp}/new`, 9, 10);
    await box.ok(["cp", "-a", `${box.temp}/new`, "it:/tmp/new"]);
    equal(await box.ok("exec it stat -c %u:%g /tmp/new"), "9:10");
    await Deno.chown(`${box.temp}/new`, 100_000, 10);
    await box.fail(
      ["cp", "-a", `${box.temp}/new`, "it:/tmp/"],
      1,
      /100000 cannot be mapped to a ho/,
    );
    await box.ok("commit it made");
    equal(await box.ok("run --rm made stat -c %u:%g /mine /etc/passwd /bin"), "7:8\n5:0\n0:0");
    await box.ok("stop -t 0 it");
    equal(await box.shell(`box export it | ${listed}`), "0/0\n5/0\n7/8");
    // A start later, and the files are there as before.
    await box.ok("start it");
    equal(await box.ok("exec it stat -c %u:%g /mine /etc/passwd"), "7:8\n5:0");
  },
);

boxTest(
  "with the storage driver vfs, what a container makes has the image's ids as well",
  async (box) => {
    box.defaults.env!.BOX_STORAGE_DRIVER = "vfs";
    await box.busybox();
    const script = "touch /mine; chown 7:8 /mine; stat -c %u:%g /mine /bin; " + idle;
    await runBeside(box, "--name it --userns auto", script);
    ok(await firstId(box, "it") > 65536);
    match(await box.ok("logs it"), /^7:8\n0:0\n/);
    equal(await box.ok("exec it stat -c %u:%g /mine /bin"), "7:8\n0:0");
    equal(await box.ok("diff it"), "A /mine");
    await box.ok("commit it made");
    equal(await box.ok("run --rm made stat -c %u:%g /mine /bin"), "7:8\n0:0");
  },
);

boxTest("a container with ids of its own cannot write as the host's root", async (box) => {
  await box.busybox();
  const host = `${box.temp}/host`, open = `${box.temp}/open`;
  await Deno.mkdir(host);
  await Deno.mkdir(open);
  await Deno.chmod(open, 0o1777);
  await Deno.chmod(box.temp, 0o755);
  await Deno.writeTextFile(`${host}/secret`, "secret", { mode: 0o600 });
  await run(["cp", "/bin/busybox", `${host}/setuid`]);
  await run(["chmod", "4755", `${host}/setuid`]);
  const attacks = [
    "cat /host/secret",
    "echo x > /host/secret",
    "echo x > /host/new",
    "chown 0 /host/secret",
    "chmod 777 /host",
    "mv /host /host2; rm -rf /host/secret; test ! -e /host/secret",
    "cp /bin/busybox /open/sh && chown 0:0 /open/sh && test $(stat -c %u /open/sh) != 0",
    "mknod /open/disk b 254 0",
    "mknod /disk c 1 1 && cat /disk",
    "echo 1 > /proc/sys/kernel/panic",
    "echo b > /proc/sysrq-trigger",
    "echo x > /proc/sys/kernel/core_pattern",
    "echo 1 > /sys/kernel/uevent_helper",
    "mount -o remount,rw /sys && echo 1 > /sys/kernel/uevent_helper",
    "mkdir /c; mount -t cgroup -o memory c /c && echo /x > /c/release_agent",
    "mkdir /d; mount -t ext4 /dev/vda /d",
    "hostname evil; test $(cat /proc/1/root/etc/hostname) = evil",
    "kill -9 -1; false",
    "date -s 2000-01-01; test $(date +%Y) = 2000",
    "unshare -m true && mount --bind /host/secret /etc/hosts && cat /etc/hosts",
    "/host/setuid cat /host/secret",
    "renice -n -20 1",
  ];
  const lines = attacks.map((attack) =>
    `if ( ${attack} ) 2> /dev/null > /out; then echo '${attack}'; fi`
  );
  await Deno.writeTextFile(`${host}/attacks`, lines.join("\n"));
  const options = `--rm --userns auto -v ${host}:/host -v ${open}:/open`;
  for (const rights of ["", " --cap-add ALL --security-opt seccomp=unconfined"]) {
    equal(await box.ok(`run ${options}${rights} busybox sh /host/attacks`), "", rights);
    equal(await Deno.readTextFile(`${host}/secret`), "secret");
    equal([...Deno.readDirSync(host)].length, 3);
  }
  // What it may write belongs to its own root there, and gives nobody the host's.
  for (const { name } of Deno.readDirSync(open)) {
    ok(Deno.lstatSync(`${open}/${name}`).uid! > 65536, name);
  }
});

boxTest("exec, its terminal and its streams are in the user namespace", async (box) => {
  await box.busybox();
  await runBeside(box, "--name it --userns auto --ulimit nofile=100:200 -m 64m", idle);
  const map = await box.ok("exec it cat /proc/1/uid_map");
  const script = "cat /proc/self/uid_map; id -u; ulimit -n; echo out > /dev/stdout";
  equal(await box.ok(["exec", "it", "sh", "-c", script]), `${map}\n0\n100\nout`);
  equal(await box.ok("exec -u 5:6 it sh -c id"), "uid=5 gid=6 groups=6");
  await answers(box, "exec -u 70000 it true", {
    code: 126,
    stdout: "user 70000 has no id in the container's user namespace\n",
  });
  const typed =
    "run --rm -t --userns auto busybox stat -c %u:%g /dev/pts/0 /dev/pts/ptmx /dev/null";
  const terminal = box.terminal(typed);
  equal((await terminal.wait()).stdout.replaceAll("\r", ""), "0:5\n0:0\n0:0\n");
  const privileged = await box.ok("exec --privileged it grep -E ^Cap[EB] /proc/self/status");
  match(privileged, /CapEff:\t0000[0-9a-f]{12}\nCapBnd:\t0000/);
  await box.fail("exec --privileged it mknod /disk b 254 0", 1, /Operation not permitted/);
});

boxTest("volumes have the containers' ids, binds the host's", async (box) => {
  await box.busybox();
  await box.ok(
    "run --rm --userns auto -v data:/data busybox sh -c".split(" ").concat(
      "echo x > /data/f; chown 5:6 /data/f",
    ),
  );
  const stat = "busybox stat -c %u:%g";
  equal(await box.ok(`run --rm --userns auto -v data:/data ${stat} /data/f`), "5:6");
  equal(await box.ok(`run --rm -v data:/data ${stat} /data/f`), "5:6");
  await Deno.writeTextFile(`${box.temp}/f`, "");
  equal(await box.ok(`run --rm --userns auto -v ${box.temp}/f:/f ${stat} /f`), "65534:65534");
  equal(
    await box.ok(`run --rm --userns auto ${stat} /etc/hosts /etc/resolv.conf /dev /tmp`),
    "0:0\n0:0\n0:0\n0:0",
  );
});

boxTest(
  "namespaces are shared by containers with the same ids only",
  { network: "default" },
  async (box) => {
    await box.busybox();
    const server = "mkdir /w; echo hello > /w/index.html; httpd -p 80 -h /w; " + idle;
    await runBeside(box, "--name web --userns auto --ipc shareable", server);
    const map = await box.ok("exec web cat /proc/self/uid_map");
    const get = ["busybox", "sh", "-c", "cat /proc/self/uid_map; wget -qO- http://127.0.0.1/"];
    for (const namespace of ["network", "pid", "ipc"]) {
      const options = ["run", "--rm", "--userns", "auto", `--${namespace}`, "container:web"];
      equal(await box.ok([...options, ...get.slice(0, 3), "cat /proc/self/uid_map"]), map);
    }
    equal(
      await box.ok(["run", "--rm", "--userns", "auto", "--network", "container:web", ...get]),
      `${map}\nhello`,
    );
    await runBeside(box, "--name plain --network none", idle);
    await box.fail(
      "run --rm --userns auto --network container:plain busybox true",
      125,
      /cannot share namespaces of container [0-9a-f]{64}: it has no user namespace\.\n/,
    );
  },
);

boxTest("BOX_USERNS_REMAP gives containers the ids of /etc/subuid", async (box) => {
  await box.busybox();
  const ids = `${box.temp}/ids`;
  await Deno.writeTextFile(ids, "remapped:300000:1000\n0:400000:500\nremapped:500000:65536\n");
  const inOwnEtc =
    'mount --bind $1 /etc/subuid && mount --bind $1 /etc/subgid && shift && exec "$@"';
  const remapped = async (...args: string[]) => {
    const command = ["unshare", "-m", "sh", "-c", inOwnEtc, "sh", ids, ...box.commandLine(args)];
    const env = { ...box.defaults.env, BOX_USERNS_REMAP: "remapped" };
    return (await run(command, { ...box.defaults, env })).stdout.trim().split(/\s+/);
  };
  const show = ["busybox", "cat", "/proc/self/uid_map"];
  for (const mode of [[], ["--userns", "private"]]) {
    deepEqual(await remapped("run", "--rm", ...mode, ...show), [
      "0",
      "300000",
      "1000",
      "1000",
      "500000",
      "65536",
    ]);
  }
  deepEqual(await remapped("run", "--rm", "--userns", "host", ...show), ["0", "0", "4294967295"]);
  await answers(box, ["run", "--rm", ...show], {
    code: 125,
    env: { ...box.defaults.env, BOX_USERNS_REMAP: "nobody-such" },
    stderr: "box: Error response from daemon: Can't create ID mappings: " +
      "No subuid ranges found for user \"nobody-such\" in /etc/subuid.\nSee 'box run --help'.\n",
  });
});

boxTest("what cannot be had with ids of its own is refused", async (box) => {
  await box.busybox();
  const cases: [options: string, message: RegExp][] = [
    [
      "--privileged",
      /privileged mode is incompatible with user namespaces\. {2}You must run the c/,
    ],
    ["--pid host", /cannot share the host PID namespace when user namespaces are enabled\.\n/],
    [
      "--network host",
      /cannot share the host's network namespace when user namespaces are enabled/,
    ],
    ["--ipc host", /cannot share the host IPC namespace when user namespaces are enabled/],
    ["--user 65536", /user 65536 has no id in the container's user namespace/],
    ["--group-add 70000", /group 70000 has no id in the container's user namespace/],
    ["--device /dev/null:/x", /a device for a container with a user namespace must be below \/dev/],
  ];
  for (const [options, message] of cases) {
    await box.fail(`run --rm --userns auto ${options} busybox true`, 125, message);
  }
  await box.fail("run --rm --userns auto:size=0 busybox true", 125, /auto takes size=N/);
  equal(await box.ok("run --rm --userns auto:size=1 busybox id -u"), "0");
  // --userns host is docker's, for a container that is to have none.
  equal(await box.ok("run --rm --userns host --privileged busybox id -u"), "0");
});

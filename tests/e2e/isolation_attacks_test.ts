/** Known ways out of a container, tried in what enters it later: exec and RUN; and through the control groups. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { boxTest } from "./harness.ts";
import { inBusybox } from "./isolation/containers.ts";

boxTest("exec of /proc/self/exe finds nothing of box (CVE-2019-5736)", async (box) => {
  await box.busybox();
  const prepare = `ln -s /proc/self/exe /link; printf '#!/link\\nx\\n' > /script; chmod +x /script
    echo ready; exec sleep 1000`;
  await box.ok(["run", "-d", "--name", "evil", "busybox", "sh", "-c", prepare]);
  for (const program of ["/link", "/script"]) {
    const { code, stdout, stderr } = await box.run(["exec", "evil", program], { timeout: 30_000 });
    deepEqual([code, stdout], [1, ""], stderr);
    match(stderr, /^exec \S+: no such file or directory\n$/);
  }
  // What looks like a program's parent is nobody that could be reached.
  const parent = await box.ok([
    "exec",
    "evil",
    "sh",
    "-c",
    "echo $PPID; ls /proc/$PPID 2>&1 | head -1",
  ]);
  ok(parent.startsWith("0\n"), parent);
  await box.ok("rm -f evil");
});

boxTest(
  "RUN has no descriptor of box, nor a directory through one (CVE-2024-21626)",
  async (box) => {
    await box.busybox();
    const caller = "exec 5</proc 7</etc 9</; exec 2>&1";
    for (const fd of [7, 9]) {
      const file = `FROM busybox\nWORKDIR /proc/self/fd/${fd}\nRUN pwd\n`;
      await Deno.writeTextFile(`${box.temp}/Dockerfile`, file);
      match(await box.shell(`${caller}; box build ${box.temp}; echo code $?`), /\ncode [1-9]\d*$/);
    }
    const list = "FROM busybox\nRUN for fd in /proc/$$/fd/*; do readlink $fd; done > /fds; true\n";
    await Deno.writeTextFile(`${box.temp}/Dockerfile`, list);
    await box.shell(`${caller}; box build -q -t fds ${box.temp}`);
    for (const link of (await box.ok("run --rm fds cat /fds")).split("\n")) {
      match(link, /^(\/dev\/null|pipe:.*|\/fds)$/);
    }
  },
);

boxTest(
  "no release agent can be set, and no namespace made to do it in (CVE-2022-0492)",
  async (box) => {
    await box.busybox();
    const script = `exec 2>&1
    for kind in -U -m -C -p -n -i -u; do unshare $kind true && echo "unshare $kind"; done
    unshare -UrmC true && echo "unshare all"
    mkdir /c; for controller in rdma freezer memory pids devices; do
      mount -t cgroup -o $controller cgroup /c && echo "mounted $controller"; done
    mount -t cgroup2 none /c && echo "mounted cgroup2"
    for file in $(find /sys/fs/cgroup /c -name release_agent -o -name notify_on_release -o -name cgroup.procs); do
      (echo 1 > $file) && echo "written $file"; done
    echo done`;
    const output = (await inBusybox(box, script)).split("\n");
    deepEqual(
      output.filter((line) => /^(unshare -\S+|unshare all|mounted|written)( \S+)?$/.test(line)),
      [],
    );
    equal(output.at(-1), "done");
    // Not even as another user's container with the right to mount.
    const admin = await inBusybox(
      box,
      "mkdir /c; mount -t proc proc /c && cat /c/self/comm",
      ...["--cap-add", "SYS_ADMIN", "--security-opt", "no-new-privileges", "-u", "1000"],
    ).catch(() => "refused");
    equal(admin, "refused");
  },
);

boxTest(
  "exec becomes the user that was meant, with nothing to inherit (CVE-2022-24769)",
  async (box) => {
    await box.busybox();
    await box.ok("run -d --name users busybox sleep 1000");
    const table: [user: string, uid: string, gid: string][] = [
      ["0", "0", "0"],
      ["0:0", "0", "0"],
      ["00", "0", "0"],
      ["1000:7", "1000", "7"],
      [":7", "0", "7"],
      ["2147483647", "2147483647", "0"],
    ];
    for (const [user, uid, gid] of table) {
      const status = await box.ok(["exec", "-u", user, "users", "cat", "/proc/self/status"]);
      const field = (name: string) => new RegExp(`^${name}:\\s*(.*)$`, "m").exec(status)?.[1];
      equal(field("Uid"), Array(4).fill(uid).join("\t"), user);
      equal(field("Gid"), Array(4).fill(gid).join("\t"), user);
      const none = "0".repeat(16), rights = uid === "0" ? "00000000a80425fb" : none;
      deepEqual(["CapInh", "CapAmb", "CapEff"].map(field), [none, none, rights], user);
    }
    for (
      const user of ["4294967295", "-1", "99999999999999999999", "nobody else", "0:-1", "0:nope"]
    ) {
      const { code, stdout } = await box.run(["exec", "-u", user, "users", "id"]);
      equal(code, 126, user);
      match(stdout, /uids and gids must be in range|unable to find (user|group)/);
    }
    await box.ok("rm -f users");
  },
);

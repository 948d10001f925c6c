/** box exec: a program in a container that runs. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { answers, fails } from "./containers/running.ts";
import { type Box, boxTest, eventually } from "./harness.ts";

/** Starts a container of busybox that does nothing. */
async function idleContainer(box: Box, name: string, ...options: string[]): Promise<void> {
  await box.busybox();
  await box.ok(["run", "-d", "--name", name, ...options, "busybox", "sleep", "10000"]);
}

const inShell = (name: string, script: string, ...options: string[]) => [
  "exec",
  ...options,
  name,
  "sh",
  "-c",
  script,
];

boxTest(
  "exec joins every namespace, the control group and the root of the container",
  async (box) => {
    await idleContainer(box, "web");
    const look = "cd /proc/$1/ns; for n in *; do echo $n $(readlink $n); done; cat /proc/$1/cgroup";
    const of = (pid: string) => box.ok(["exec", "web", "sh", "-c", look, "sh", pid]);
    equal(await of("self"), await of("1"));
    await box.ok(inShell("web", "echo mark > /mark; hostname > /name"));
    const id = await box.ok("inspect -f {{.Id}} web");
    equal(await box.ok("exec web cat /mark /name"), `mark\n${id.slice(0, 12)}`);
    equal(await box.ok("diff web"), "A /mark\nA /name");
  },
);

boxTest("exec works in containers that share namespaces", async (box) => {
  await idleContainer(box, "donor", "--ipc", "shareable");
  const shared = ["--pid=host", "--uts=host", "--network=host", "--ipc=container:donor"];
  await box.ok(["run", "-d", "--name", "web", ...shared, "busybox", "sleep", "10000"]);
  const names = ["pid", "uts", "net"];
  const script = `for n in ${names.join(" ")}; do readlink /proc/self/ns/$n; done`;
  const host = names.map((name) => Deno.readLinkSync(`/proc/self/ns/${name}`));
  deepEqual((await box.ok(inShell("web", script))).split("\n"), host);
  const ipc = ["readlink", "/proc/self/ns/ipc"];
  equal(await box.ok(["exec", "web", ...ipc]), await box.ok(["exec", "donor", ...ipc]));
});

boxTest("exec's user is looked up in the container", async (box) => {
  await idleContainer(box, "web", "-u", "7:50");
  const files = [
    "printf 'root:x:0:0:::\\nalice:x:1000:1000::/home/alice:\\ndaemon:x:7:8:::\\n' > /passwd",
    "printf 'root:x:0:\\nstaff:x:50:alice\\nwheel:x:10:alice,root\\n' > /etc/group",
    "rm -f /etc/passwd && ln -s /../../passwd /etc/passwd", // which is not the host's
  ];
  await box.ok(inShell("web", files.join(" && "), "-u", "0:0"));
  const ids = 'grep -E "^([UG]id|Groups):" /proc/self/status | tr -s "\\t " " "; echo $HOME';
  const table: [user: string, uid: number, gid: number, groups: string, home: string][] = [
    ["alice", 1000, 1000, "10 50 1000", "/home/alice"],
    ["1000", 1000, 1000, "10 50 1000", "/home/alice"],
    ["alice:wheel", 1000, 10, "10", "/home/alice"],
    ["0", 0, 0, "0 10", "/"],
    ["4711", 4711, 0, "0", "/"],
    [":staff", 0, 50, "50", "/"],
    ["", 7, 50, "50", "/"],
  ];
  for (const [user, uid, gid, groups, home] of table) {
    const [uids, gids, supplementary, shownHome] = (await box.ok(inShell("web", ids, "-u", user)))
      .split("\n");
    const all = (id: number) => Array(4).fill(id).join(" ");
    deepEqual(
      [user, uids, gids, supplementary.trim(), shownHome],
      [user, `Uid: ${all(uid)}`, `Gid: ${all(gid)}`, `Groups: ${groups}`, home],
    );
  }
  for (const user of ["-1", "4294967295", "0:4294967296"]) {
    const stdout = "uids and gids must be in range 0-2147483647\n";
    await answers(box, ["exec", "-u", user, "web", "true"], { code: 126, stdout });
  }
  // A database that is none must not keep box waiting (CVE-2024-9676).
  await box.ok(inShell("web", "rm /etc/passwd && mkfifo /etc/passwd", "-u", "0"));
  const stdout = "/etc/passwd is not a regular file\n";
  await answers(box, ["exec", "-u", "alice", "web", "true"], { code: 126, stdout });
});

boxTest("exec has the container's rights, or with --privileged box's own", async (box) => {
  await idleContainer(box, "web");
  const rights = (pid: string) => ["grep", "^Cap", `/proc/${pid}/status`];
  const own = await box.ok(["exec", "web", ...rights("self")]);
  equal(own, await box.ok(["exec", "web", ...rights("1")]));
  match(own, /^CapInh:\t0+\nCapPrm:\t00000000a80425fb\nCapEff:.*\nCapBnd:.*\nCapAmb:\t0+$/);
  const privileged = await box.ok(["exec", "--privileged", "web", ...rights("self")]);
  const [, permitted] = /^CapPrm:\t(.*)$/m.exec(Deno.readTextFileSync("/proc/self/status"))!;
  match(privileged, new RegExp(`^CapInh:\t0+\nCapPrm:\t${permitted}\nCapEff:\t${permitted}\n`));
  const stranger = await box.ok(["exec", "-u", "4711", "web", ...rights("self")]);
  match(stranger, /^CapInh:\t0+\nCapPrm:\t0+\nCapEff:\t0+\nCapBnd:\t00000000a80425fb\n/);
});

boxTest("exec's environment and working directory", async (box) => {
  await idleContainer(box, "web", "-e", "A=container", "-e", "B=container", "-w", "/tmp");
  await Deno.writeTextFile(`${box.temp}/env`, "# comment\nC=file\nA=file\n");
  const id = await box.ok("inspect -f {{.Id}} web");
  const PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
  const expected = [`PATH=${PATH}`, `HOSTNAME=${id.slice(0, 12)}`, "HOME=/root"];
  const lines = async (...options: string[]) =>
    (await box.ok(["exec", ...options, "web", "env"])).trim().split(/\r?\n/).toSorted();
  const of = (...variables: string[]) => [...expected, ...variables].toSorted();
  deepEqual(await lines(), of("A=container", "B=container"));
  deepEqual(
    await lines("--env-file", `${box.temp}/env`, "-e", "A=x", "-e", "B"),
    of("A=x", "C=file"),
  );
  deepEqual(await lines("-t"), of("A=container", "B=container", "TERM=xterm"));
  equal(await box.ok("exec web pwd"), "/tmp");
  equal(await box.ok("exec -w /etc web pwd"), "/etc");
  await fails(box, "exec --env-file /no/such web env", "open /no/such: no such file or directory");
});

boxTest("exec's exit code is the program's, and docker's where there is none", async (box) => {
  await idleContainer(box, "web");
  equal((await box.run(inShell("web", "exit 300"))).code, 44);
  equal((await box.run(inShell("web", "kill -9 $$"))).code, 137);
  const failed = (reason: string) => `OCI runtime exec failed: exec failed: ${reason}: unknown`;
  const unable = (reason: string) => failed(`unable to start container process: ${reason}`);
  const table: [args: string[], message: string][] = [
    [["web", "nosuch"], unable('exec: "nosuch": executable file not found in $PATH')],
    [["web", ""], unable('exec: "": executable file not found in $PATH')],
    [["web", "/nosuch"], unable('exec: "/nosuch": stat /nosuch: no such file or directory')],
    [["web", "/etc/passwd"], unable('exec: "/etc/passwd": permission denied')],
    [
      ["-w", "/no", "web", "true"],
      unable('chdir to cwd ("/no") set in config.json failed: no such file or directory'),
    ],
    [["-w", "no", "web", "true"], failed("Cwd must be an absolute path")],
    [["-u", "no", "web", "true"], "unable to find user no: no matching entries in passwd file"],
  ];
  for (const [args, message] of table) {
    await answers(box, ["exec", ...args], { code: 126, stdout: `${message}\n` });
    await fails(box, ["exec", "-d", ...args], `Error response from daemon: ${message}`);
  }
  await box.ok(inShell("web", "echo hi > /script; chmod +x /script"));
  await fails(box, "exec web /script", "exec /script: exec format error");
  await box.ok("exec -d web /script");
  // Whatever was started and failed has left nothing: not even its remains.
  equal(await box.ok(inShell("web", "cd /proc; set -- [0-9]*; echo $#")), "2");
});

boxTest("exec in a container that is in no state for it", async (box) => {
  await idleContainer(box, "web");
  const daemon = "Error response from daemon:";
  await fails(box, "exec nosuch true", "Error: No such container: nosuch");
  const id = await box.ok("create --name made busybox true");
  await fails(box, "exec made true", `${daemon} Container ${id} is not running`);
  await box.ok("pause web");
  const paused = `${daemon} Container web is paused, unpause the container before exec`;
  await fails(box, "exec web true", paused);
  await fails(box, "exec -d web true", paused);
  await box.ok("unpause web");
  await box.ok("exec web true");
  await fails(box, "exec -it web true", "the input device is not a TTY");
  const keys = `${daemon} Invalid escape keys (foo) provided`;
  await fails(box, "exec --detach-keys foo web true", keys);
  const again = await box.ok("run -d --restart always --name again busybox false");
  await eventually("it is restarting", async () => {
    const { stderr } = await box.run("exec again true");
    const reason = `Container ${again} is restarting, wait until the container is running`;
    return stderr === `${daemon} ${reason}\n`;
  });
});

boxTest(
  "exec's streams: all of the input arrives with its end, both outputs apart",
  async (box) => {
    await idleContainer(box, "web");
    const stdin = crypto.getRandomValues(new Uint8Array(65536));
    const input = new Uint8Array(64 * stdin.length);
    for (let at = 0; at < input.length; at += stdin.length) input.set(stdin, at);
    const { stdoutBytes } = await box.run("exec -i web cat", { stdin: input });
    equal(stdoutBytes.length, input.length);
    ok(stdoutBytes.every((byte, i) => byte === input[i]));
    await answers(box, inShell("web", "echo out; echo err >&2; cat"), {
      stdin: "not passed on without -i",
      stdout: "out\n",
      stderr: "err\n",
    });
    const unreadable = await box.shell("box exec -i web wc -c 2>&1 < /");
    equal(unreadable.includes("WARNING: standard input cannot be read: "), true, unreadable);
    match(unreadable, /^0$/m);
    // A process that is left behind does not hold box up for long.
    equal(await box.ok(inShell("web", "sleep 1000 & echo done")), "done");
  },
);

boxTest("exec -t has a terminal of the container's own", async (box) => {
  await idleContainer(box, "web");
  const shell = box.terminal("exec -it web sh", { rows: 31, columns: 97 });
  await shell.write("tty; stty size; ls /dev/pts; echo $((6 * 7))\n");
  await shell.waitFor("/dev/pts/0\r\n31 97\r\n");
  await shell.waitFor("42\r\n");
  // Said by the job itself: a shell that still forks when ^C comes loses it.
  await shell.write("sh -c 'echo b$((2 + 2)); exec sleep 1000'\n");
  await shell.waitFor("b4\r\n");
  await shell.write("\x03"); // job control
  await shell.write("echo c$?\n");
  await shell.waitFor("c130\r\n");
  await shell.write("exit 7\n");
  equal((await shell.wait()).code, 7);
});

boxTest("the detach keys leave exec's program to itself", async (box) => {
  await idleContainer(box, "web");
  const shell = box.terminal("exec -it web sh");
  await shell.write("echo a$((1 + 1))\n");
  await shell.waitFor("a2\r\n");
  // More than a terminal holds, and nobody reads it.
  await shell.write("while ! test -e /go; do sleep 0.02; done; seq 1 100000; echo end > /end\n");
  await shell.write("\x10\x11");
  await shell.waitFor("read escape sequence");
  equal((await shell.wait()).code, 1);
  await box.ok("exec web touch /go");
  await eventually(
    "the program has ended",
    async () => (await box.run("exec web cat /end")).stdout === "end\n",
  );
});

boxTest("exec -d leaves a program in the background", async (box) => {
  await idleContainer(box, "web");
  await answers(box, ["exec", "-d", "web", "sh", "-c", "echo $$ > /pid; exec sleep 1000"], {});
  await eventually(
    "it has started",
    async () => (await box.run(inShell("web", "readlink /proc/$(cat /pid)/exe"))).code === 0,
  );
  equal(
    await box.ok(inShell("web", "cd /proc/$(cat /pid)/fd; for fd in $(ls); do readlink $fd; done")),
    "/dev/null\n/dev/null\n/dev/null",
  );
  await box.ok(inShell("web", "kill -9 $(cat /pid)"));
  await eventually(
    "nothing is left of it",
    async () => (await box.run(inShell("web", "test -e /proc/$(cat /pid)"))).code === 1,
  );
  await box.ok(["exec", "-d", "-t", "web", "sh", "-c", "seq 1 100000; echo end > /end"]);
  await eventually(
    "nobody has to read its terminal",
    async () => (await box.run("exec web cat /end")).stdout === "end\n",
  );
});

for (const pid of ["", "host"]) {
  boxTest(`exec's programs end with the container (--pid '${pid}')`, async (box) => {
    await idleContainer(box, "web", "--pid", pid);
    const attached = box.spawn(inShell("web", "echo ready; exec sleep 1234"));
    await attached.waitFor("ready\n");
    await box.ok("exec -d web sleep 1234");
    await box.ok("kill web");
    equal((await attached.wait()).code, 137);
    await box.ok("wait web");
    // Box's own check at the end finds what is left.
  });
}

boxTest(
  "exec's program ends with box, and is not left to a process 1 that reaps nothing",
  async (box) => {
    await idleContainer(box, "web");
    for (const signal of ["SIGKILL", "SIGTERM"] as const) {
      const attached = box.spawn(inShell("web", "echo $$; sleep 1000; true"));
      const [pid] = await attached.waitFor(/\d+/);
      attached.kill(signal);
      await attached.wait();
      await eventually(
        "it is gone",
        async () => (await box.run(["exec", "web", "test", "-e", `/proc/${pid}`])).code === 1,
      );
    }
  },
);

boxTest("exec leaks nothing of the host into the container", async (box) => {
  await idleContainer(box, "web");
  equal(await box.ok(inShell("web", "ls /proc/$$/fd; true")), "0\n1\n2");
  for (let fd = 3; fd < 40; fd++) {
    const { code, stdout } = await box.run(["exec", "-w", `/proc/self/fd/${fd}`, "web", "pwd"]);
    equal(code, 126, stdout);
  }
  const { code, stdout } = await box.run("exec web /proc/self/exe");
  deepEqual([code === 0, stdout], [false, ""]);
  equal(await box.ok("exec web readlink /proc/self/exe"), "/bin/busybox");
});

boxTest("events tell of exec", async (box) => {
  await idleContainer(box, "web");
  await box.ok(inShell("web", "true"));
  await box.ok("exec web true");
  const id = await box.ok("inspect -f {{.Id}} web");
  const now = (Date.now() / 1000).toFixed(3);
  const events = await box.ok(["events", "--until", now, "--filter", "container=web"]);
  const told = events.split("\n").filter((line) => line.includes(" exec_"))
    .map((line) => line.replace(/^\S+ /, "").replace(/execID=[0-9a-f]{64}/, "execID=ID"));
  const common = "image=busybox, name=web";
  deepEqual(told, [
    `container exec_create: sh -c true ${id} (execID=ID, ${common})`,
    `container exec_start: sh -c true ${id} (execID=ID, ${common})`,
    `container exec_die ${id} (execID=ID, exitCode=0, ${common})`,
    `container exec_create: true  ${id} (execID=ID, ${common})`, // docker, too, has two spaces
    `container exec_start: true  ${id} (execID=ID, ${common})`,
    `container exec_die ${id} (execID=ID, exitCode=0, ${common})`,
  ]);
});

/** Running containers: what they print, how they end, what they are given. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { boxTest, eventually } from "./harness.ts";

boxTest("streams stay apart, and the exit code is the program's", async (box) => {
  await box.busybox();
  const result = await box.run([
    "run",
    "--rm",
    "busybox",
    "sh",
    "-c",
    "echo out; echo err >&2; exit 3",
  ]);
  deepEqual([result.stdout, result.stderr, result.code], ["out\n", "err\n", 3]);
});

boxTest("exit codes of what cannot be run are docker's", async (box) => {
  await box.busybox();
  const write =
    "printf '#!/nope\\n' > /bin/orphan; echo junk > /bin/junk; chmod +x /bin/orphan /bin/junk; echo > /bin/plain";
  await box.ok(["run", "--name", "made", "busybox", "sh", "-c", write]);
  const commit = await box.ok("commit made scripts");
  match(commit, /^sha256:/);
  const table: [string[], number, RegExp][] = [
    [
      ["nosuch"],
      127,
      /^box: Error response from daemon: .*exec: "nosuch": executable file not found in \$PATH\.\n$/,
    ],
    [["/nosuch"], 127, /exec: "\/nosuch": stat \/nosuch: no such file or directory/],
    [["/etc"], 126, /exec: "\/etc": permission denied/],
    [["plain"], 127, /executable file not found in \$PATH/],
    [["/bin/plain"], 126, /permission denied/],
    [["orphan"], 1, /^exec \/bin\/orphan: no such file or directory\n$/],
    [["junk"], 1, /^exec \/bin\/junk: exec format error\n$/],
    [[""], 127, /executable file not found/],
  ];
  for (const [command, code, message] of table) {
    await box.fail(["run", "--rm", "scripts", ...command], code, message);
  }
  equal(await box.ok("ps -aq --no-trunc -f name=made"), await box.ok("inspect -f {{.Id}} made"));
});

boxTest("a container that could not be started stays created, with the reason", async (box) => {
  await box.busybox();
  await box.fail("run --name broken busybox nosuch", 127, /not found in \$PATH/);
  equal(
    await box.ok(["inspect", "-f", "{{.State.Status}} {{.State.ExitCode}}", "broken"]),
    "created 127",
  );
  match(await box.ok(["inspect", "-f", "{{.State.Error}}", "broken"]), /executable file not found/);
  await box.ok("rm broken");
});

boxTest("a program killed by a signal gives 128 and the signal", async (box) => {
  await box.busybox();
  // Process 1 is immune to its own signals; its child is not.
  await box.fail(["run", "--rm", "--init", "busybox", "sh", "-c", "kill -9 $$"], 137, /^$/);
});

boxTest("-i passes standard input on, with its end, whatever the bytes are", async (box) => {
  await box.busybox();
  const bytes = crypto.getRandomValues(new Uint8Array(60_000));
  const result = await box.run("run --rm -i busybox cat", { stdin: bytes });
  equal(result.code, 0);
  deepEqual(result.stdoutBytes, bytes);
  equal(await box.ok("run --rm busybox cat", { stdin: "not passed on without -i" }), "");
});

boxTest("100 MB through both pipes arrive whole", async (box) => {
  await box.busybox();
  const script = "dd if=/dev/zero bs=1M count=100 2>/dev/null | tee /dev/stderr";
  const { code, stdoutBytes, stderr } = await box.run([
    "run",
    "--rm",
    "busybox",
    "sh",
    "-c",
    script,
  ]);
  deepEqual([code, stdoutBytes.length, stderr.length], [0, 100 << 20, 100 << 20]);
});

boxTest("a reader that goes away ends the container, as in a shell's pipeline", async (box) => {
  await box.busybox();
  equal(await box.shell("box run --rm busybox yes | head -1", { timeout: 20_000 }), "y");
});

boxTest("signals are passed on to the container's program", async (box) => {
  await box.busybox();
  for (const signal of ["INT", "TERM", "HUP", "USR1"] as const) {
    const script =
      `trap 'echo got ${signal}; exit 42' ${signal}; echo ready; while :; do sleep 0.05; done`;
    const process = box.spawn(["run", "--rm", "busybox", "sh", "-c", script]);
    await eventually("ready", () => process.stdout.includes("ready"));
    process.kill(`SIG${signal}`);
    const { code, stdout } = await process.wait();
    deepEqual([code, stdout], [42, `ready\ngot ${signal}\n`]);
  }
});

boxTest("a container survives its box, and its log and exit code are not lost", async (box) => {
  await box.busybox();
  const script = "echo first; while [ ! -e /go ]; do sleep 0.05; done; echo second; exit 9";
  const process = box.spawn(["run", "--name", "kept", "busybox", "sh", "-c", script]);
  await eventually("running", () => process.stdout.includes("first"));
  process.kill("SIGKILL");
  await process.wait();
  match(await box.ok(["ps", "--format", "{{.Status}}"]), /^Up /);
  const merged = await box.ok("inspect -f {{.GraphDriver.Data.MergedDir}} kept");
  await Deno.writeTextFile(`${merged}/go`, "");
  await eventually("the end", async () => await box.ok("ps -q") === "");
  match(await box.ok(["ps", "-a", "--format", "{{.Status}}"]), /^Exited \(9\)/);
  await box.ok("create --name next busybox true"); // any command that writes
  const log = await Deno.readTextFile(await box.ok("inspect -f {{.LogPath}} kept"));
  deepEqual(log.match(/"log":"[^"]*"/g), ['"log":"first\\n"', '"log":"second\\n"']);
  const mounts = await Deno.readTextFile("/proc/self/mountinfo");
  ok(!mounts.includes(box.root), "the root is still mounted");
  await box.ok("rm kept");
});

boxTest("a killed run --rm leaves no container behind", async (box) => {
  await box.busybox();
  const process = box.spawn("run --rm --name lost busybox sleep 1000");
  await eventually("running", async () => (await box.ok("ps -q")) !== "");
  process.kill("SIGKILL");
  await process.wait();
  await box.ok("create --name next busybox true");
  equal(await box.ok(["ps", "-a", "--format", "{{.Names}}"]), "next");
});

boxTest("--init reaps orphans and passes the exit code on", async (box) => {
  await box.busybox();
  const script = "(sleep 0.1 &) ; sleep 0.4; ps -o pid,stat,comm; exit 7";
  const { code, stdout } = await box.run(["run", "--rm", "--init", "busybox", "sh", "-c", script]);
  equal(code, 7);
  match(stdout, /^ +1 .*box-init/m);
  ok(!/ Z /.test(stdout), stdout);
});

boxTest("environment: image, files, options, box's own", async (box) => {
  await box.busybox();
  await Deno.writeTextFile(`${box.temp}/env`, "# comment\nFILE=1\nBOTH=file\nFROM_BOX\n");
  const words = [
    "run",
    "--rm",
    "--env-file",
    `${box.temp}/env`,
    "-e",
    "BOTH=option",
    "-e",
    "TAKEN",
    "-e",
    "GONE",
  ];
  const output = await box.ok([...words, "busybox", "env"], { env: { TAKEN: "t", FROM_BOX: "f" } });
  const env = Object.fromEntries(output.split("\n").map((line) => line.split("=")));
  deepEqual([env.FILE, env.BOTH, env.TAKEN, env.FROM_BOX, env.GONE, env.HOME], [
    "1",
    "option",
    "t",
    "f",
    undefined,
    "/root",
  ]);
  equal(
    env.PATH,
    "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
  );
  match(env.HOSTNAME, /^[0-9a-f]{12}$/);
});

boxTest("working directory, user, host name, labels, entrypoint", async (box) => {
  await box.busybox();
  equal(await box.ok("run --rm -w /made/by/box busybox pwd"), "/made/by/box");
  equal(await box.ok("run --rm -h my.host busybox hostname"), "my.host");
  match(await box.ok("run --rm -u 12:34 busybox id"), /^uid=12 gid=34/);
  equal(await box.ok("run --rm --entrypoint echo busybox a b"), "a b");
  await Deno.writeTextFile(`${box.temp}/labels`, "from=file\n");
  await box.ok([
    "create",
    "--name",
    "labelled",
    "-l",
    "a=b",
    "--label-file",
    `${box.temp}/labels`,
    "busybox",
    "true",
  ]);
  equal(
    await box.ok(["inspect", "-f", "{{json .Config.Labels}}", "labelled"]),
    '{"a":"b","from":"file"}',
  );
});

boxTest("bind mounts, tmpfs and a read-only root", async (box) => {
  await box.busybox();
  await Deno.writeTextFile(`${box.temp}/file`, "content");
  equal(
    await box.ok(["run", "--rm", "-v", `${box.temp}:/in:ro`, "busybox", "cat", "/in/file"]),
    "content",
  );
  await box.fail(
    ["run", "--rm", "-v", `${box.temp}:/in:ro`, "busybox", "touch", "/in/x"],
    1,
    /Read-only/,
  );
  await box.ok([
    "run",
    "--rm",
    "--mount",
    `type=bind,src=${box.temp},dst=/in`,
    "busybox",
    "touch",
    "/in/x",
  ]);
  ok(exists(`${box.temp}/x`));
  equal(
    await box.ok(["run", "--rm", "-v", `${box.temp}/file:/etc/one`, "busybox", "cat", "/etc/one"]),
    "content",
  );
  match(
    await box.ok([
      "run",
      "--rm",
      "--tmpfs",
      "/t:size=64k,mode=700",
      "busybox",
      "sh",
      "-c",
      "grep ' /t ' /proc/mounts",
    ]),
    /^tmpfs \/t tmpfs rw,nosuid,nodev,noexec,.*size=64k,mode=700/,
  );
  await box.fail("run --rm --read-only busybox touch /x", 1, /Read-only file system/);
  await box.ok("run --rm --read-only --tmpfs /t busybox touch /t/x");
  // -v makes what is missing, --mount does not.
  await box.ok(["run", "--rm", "-v", `${box.temp}/new/dir:/d`, "busybox", "true"]);
  ok(exists(`${box.temp}/new/dir`));
  await box.fail(
    ["run", "--rm", "--mount", `type=bind,src=${box.temp}/none,dst=/d`, "busybox", "true"],
    125,
    /invalid mount config for type "bind": bind source path does not exist: /,
  );
});

boxTest("a nested mount lies on top of the one around it", async (box) => {
  await box.busybox();
  await Deno.mkdir(`${box.temp}/a`);
  await Deno.mkdir(`${box.temp}/b`);
  await Deno.writeTextFile(`${box.temp}/b/f`, "inner");
  const mounts = ["-v", `${box.temp}/b:/m/inner`, "-v", `${box.temp}/a:/m`];
  equal(await box.ok(["run", "--rm", ...mounts, "busybox", "cat", "/m/inner/f"]), "inner");
});

boxTest("network none has a loopback interface only, host has the host's", async (box) => {
  await box.busybox();
  const interfaces = ["sh", "-c", "ls /sys/class/net; ip -o addr show lo"];
  match(
    await box.ok(["run", "--rm", "--network=none", "busybox", ...interfaces]),
    /^lo\n.*127\.0\.0\.1/,
  );
  // Their names say little: other tests make interfaces meanwhile.
  const namespace = Deno.readLinkSync("/proc/self/ns/net");
  equal(await box.ok("run --rm --network host busybox readlink /proc/self/ns/net"), namespace);
  equal(await box.ok("run --rm --network host busybox hostname"), Deno.hostname());
});

boxTest("--cidfile gets the id, and is not overwritten", async (box) => {
  await box.busybox();
  const id = await box.ok(["create", "--cidfile", `${box.temp}/cid`, "busybox", "true"]);
  equal(await Deno.readTextFile(`${box.temp}/cid`), id);
  await box.fail(
    ["create", "--cidfile", `${box.temp}/cid`, "busybox", "true"],
    125,
    /container ID file found/,
  );
  await box.fail(
    ["run", "--cidfile", `${box.temp}/cid2`, "nosuch"],
    125,
    /Unable to find image 'nosuch:latest' locally/,
  );
  ok(!exists(`${box.temp}/cid2`));
});

boxTest("flags of later work are refused, not ignored", async (box) => {
  await box.busybox();
  for (
    const flags of [
      "--gpus all",
      "--storage-opt size=1g",
      "--runtime crun",
    ]
  ) {
    await box.fail(`run --rm ${flags} busybox true`, 125, /not supported yet/);
  }
});

boxTest("a name belongs to one container", async (box) => {
  await box.busybox();
  const id = await box.ok("create --name one busybox true");
  const stderr = await box.fail(
    "create --name one busybox true",
    1,
    /Conflict\. The container name "\/one" is already in use/,
  );
  ok(stderr.includes(`"${id}"`));
  await box.fail(
    "run --name a/b busybox true",
    125,
    /Invalid container name \(a\/b\), only \[a-zA-Z0-9\]/,
  );
  await box.ok("rename one two");
  await box.ok("create --name one busybox true");
  await box.fail(
    "rename one two",
    1,
    /already in use by container .*\nError: failed to rename container named one/,
  );
  await box.ok("rm one two");
});

boxTest("start -a runs a container again, with what it wrote before", async (box) => {
  await box.busybox();
  await box.ok([
    "create",
    "--name",
    "count",
    "busybox",
    "sh",
    "-c",
    "echo x >> /log; wc -l < /log",
  ]);
  equal(await box.ok("start -a count"), "1");
  equal(await box.ok("start -a count"), "2");
  equal(await box.ok("start count"), "count");
  await eventually("its end", async () => await box.ok("ps -q") === "");
  const merged = await box.ok("inspect -f {{.GraphDriver.Data.UpperDir}} count");
  equal(await Deno.readTextFile(`${merged}/log`), "x\n".repeat(3));
});

boxTest("what a container prints is in its json-file log", async (box) => {
  await box.busybox();
  await box.ok([
    "run",
    "--name",
    "logged",
    "busybox",
    "sh",
    "-c",
    "echo '<a> & b'; printf half; echo err >&2",
  ]);
  const lines = (await Deno.readTextFile(await box.ok("inspect -f {{.LogPath}} logged"))).trim()
    .split("\n");
  const entries = lines.map((line) => JSON.parse(line));
  deepEqual(entries.filter(({ stream }) => stream === "stdout").map(({ log }) => log), [
    "<a> & b\n",
    "half",
  ]);
  deepEqual(entries.filter(({ stream }) => stream === "stderr").map(({ log }) => log), ["err\n"]);
  ok(lines[0].includes("\\u003ca\\u003e \\u0026 b\\n"), "as Go's encoder writes it");
  ok(entries.every(({ time }) => /^\d{4}-.*\.\d+Z$/.test(time)));
});

boxTest("commands have their long form, too", async (box) => {
  await box.busybox();
  equal(await box.ok("container run --rm busybox echo long"), "long");
});

function exists(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return true;
  } catch {
    return false;
  }
}

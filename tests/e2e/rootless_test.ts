/** box as an ordinary user, in a user namespace of his own: nobody's, who has no ids but his. */
import { deepEqual, equal, match, notEqual, ok } from "node:assert/strict";
import {
  type Box,
  boxTest,
  eventually,
  needs,
  refuses,
  run,
  testWith,
  withRegistry,
} from "./harness.ts";

const ordinary = { user: "nobody", needs: [needs.user("nobody"), needs.userNamespaces] };

/** Real and effective uid of a process, as the host sees it. */
function uidOf(pid: string): string | undefined {
  return /^Uid:\t([0-9]+)\t/m.exec(Deno.readTextFileSync(`/proc/${pid}/status`))?.[1];
}

boxTest(
  "an ordinary user's containers run, are entered, and come to an end",
  ordinary,
  async (box) => {
    await box.busybox();
    const script = "id -u; cat /proc/self/uid_map; echo err >&2; exit 3";
    const { code, stdout, stderr } = await box.run(["run", "--rm", "busybox", "sh", "-c", script]);
    const uid = box.defaults.uid;
    deepEqual([code, stdout.split(/\s+/).join(" ").trim(), stderr], [3, `0 0 ${uid} 1`, "err\n"]);

    await box.ok("run -d --name web busybox sh -c".split(" ").concat("echo up; sleep 1000"));
    equal(
      await box.ok("exec web sh -c".split(" ").concat("touch /made; echo $$ >/dev/null; id -u")),
      "0",
    );
    const pid = await box.ok("inspect -f {{.State.Pid}} web");
    equal(uidOf(pid), String(uid));
    notEqual(Deno.readLinkSync(`/proc/${pid}/ns/user`), Deno.readLinkSync("/proc/self/ns/user"));
    match(await box.ok("ps --format {{.Names}}:{{.Status}}"), /^web:Up /);
    await eventually("the log", async () => await box.ok("logs web") === "up");
    equal(await box.ok("diff web"), "A /made");
    await box.ok("rm -f web");
  },
);

boxTest(
  "signals reach what an ordinary user has in the foreground, under box's own pid",
  ordinary,
  async (box) => {
    await box.busybox();
    const script = "trap 'echo got; exit 7' TERM; echo ready; while :; do sleep 0.1; done";
    const process = box.spawn(["run", "--rm", "busybox", "sh", "-c", script]);
    await eventually("ready", () => process.stdout.includes("ready"));
    process.kill("SIGTERM");
    equal((await process.wait()).code, 7);
    match(process.stdout, /got/);
  },
);

boxTest(
  "owners that an ordinary user cannot give survive the way through his store",
  ordinary,
  async (box) => {
    const tree = `${box.temp}/tree`, archive = `${box.temp}/owned.tar`;
    for (const name of ["bin", "a", "b"]) await Deno.mkdir(`${tree}/${name}`, { recursive: true });
    await Deno.copyFile("/bin/busybox", `${tree}/bin/sh`);
    await Deno.writeTextFile(`${tree}/a/file`, "1");
    await Deno.symlink("a", `${tree}/link`);
    await Deno.chown(`${tree}/a`, 8, 12);
    await Deno.chown(`${tree}/a/file`, 1000, 1001);
    await Deno.chmod(`${tree}/a/file`, 0o750);
    equal((await run(["tar", "-C", tree, "-cf", archive, "bin", "a", "b", "link"])).code, 0);
    await box.ok(["import", archive, "owned"]);

    const save = `${box.temp}/saved.tar`,
      owned = ["--format", "{{range .RootFS.Layers}}{{.}} {{end}}"];
    await box.ok(["run", "--name", "changed", "owned", "sh", "-c", "echo 2 >> /a/file; rmdir /b"]);
    await box.ok("commit changed owned:2");
    await box.ok(["save", "-o", save, "owned:2"]);
    const layers = await box.ok(["image", "inspect", ...owned, "owned:2"]);
    await box.ok("rm changed");
    await box.ok("rmi owned:2 owned");
    await box.ok(["load", "-i", save]);
    equal(await box.ok(["image", "inspect", ...owned, "owned:2"]), layers);
    await withRegistry({}, async ({ host }) => {
      const name = `${host}/owned:2`;
      await box.ok(["tag", "owned:2", name]);
      await box.ok(["push", name]);
      await box.ok(["rmi", name, "owned:2"]);
      await box.ok(["pull", name]);
      equal(await box.ok(["image", "inspect", ...owned, name]), layers);
    });

    // What was changed still is whose it was, and what was removed is removed.
    await Deno.mkdir(`${box.temp}/x`);
    equal((await run(["tar", "-C", `${box.temp}/x`, "-xf", save])).code, 0);
    const [{ Layers }] = JSON.parse(await Deno.readTextFile(`${box.temp}/x/manifest.json`));
    const listed = await run(["tar", "--numeric-owner", "-tvf", `${box.temp}/x/${Layers[1]}`]);
    match(listed.stdout, /^drwx\S+ 8\/12 .* a\/$/m);
    match(listed.stdout, /^-rwxr-x--- 1000\/1001 .* a\/file$/m);
    match(listed.stdout, / \.wh\.b$/m);
  },
);

boxTest(
  "an ordinary user builds, with owners, and copies files in and out",
  ordinary,
  async (box) => {
    await box.busybox();
    const context = `${box.temp}/context`;
    await Deno.mkdir(context);
    await Deno.writeTextFile(`${context}/f`, "f");
    await Deno.writeTextFile(
      `${context}/Dockerfile`,
      "FROM busybox\nCOPY --chown=33:34 f /f\nRUN rm -r /tmp; id -u > /id\n",
    );
    await box.ok(["build", "--network", "none", "-t", "built", context]);
    await box.ok("create --name copied built");
    const { stdout } = await box.run("cp copied:/f -", {});
    match(stdout, /^f\0/);
    match(
      await box.ok(["run", "--rm", "built", "sh", "-c", "cat /id; ls /tmp || echo none"]),
      /^0\nnone$/,
    );
    await box.ok(["cp", `${context}/f`, "copied:/new"]);
    equal(await box.ok("diff copied"), "A /new");
    await box.ok("rm copied");
  },
);

boxTest("what an ordinary user cannot have is refused with the reason", ordinary, async (box) => {
  await box.busybox();
  await box.fail(
    "run --rm -u 1000 busybox true",
    125,
    /there is no user 1000 in your user namespace/,
  );
  await box.fail(
    "network create -d macvlan -o parent=lo web",
    1,
    /a network of driver macvlan takes an interface of the host, which is root's to give/,
  );
  const { code, stderr } = await box.run("run --rm -m 64m busybox true");
  equal(code, 0, stderr);
  ok(stderr === "" || /^WARNING: Your kernel does not support memory limit/.test(stderr), stderr);

  // In a store that is root's, nothing can even be seen.
  const own = `${box.root}-of-root`, asRoot = { uid: 0, gid: 0, env: { BOX_ROOT: own } };
  await box.ok("volume create vol", asRoot);
  for (const command of ["images", "ps", "run --rm busybox true"]) {
    await refuses(box, command, {
      root: own,
      code: command.startsWith("run") ? 125 : 1,
      message: /^(box|Error response from daemon): \w+ STORE\/\S+: permission denied \(EACCES\)$/,
    });
  }
});

boxTest(
  "the namespace of an ordinary user goes with the last who is in it",
  ordinary,
  async (box) => {
    await box.busybox();
    await box.ok("run -d --name one busybox sleep 1000");
    const directory = `${box.defaults.env?.XDG_RUNTIME_DIR}/box`;
    equal((await Deno.stat(directory)).mode! & 0o777, 0o700);
    const holder = (await Deno.readTextFile(`${directory}/holder`)).trim();
    const namespace = Deno.readLinkSync(`/proc/${holder}/ns/user`);
    const pid = await box.ok("inspect -f {{.State.Pid}} one");
    equal(Deno.readLinkSync(`/proc/${pid}/ns/user`), namespace);
    await box.ok("rm -f one");
    await eventually("the end of the holder", () => isGone(holder));
  },
);

boxTest(
  "when the holder of an ordinary user's namespace is killed, another one takes its place",
  ordinary,
  async (box) => {
    await box.busybox();
    await box.ok("run -d --name one busybox sleep 1000");
    const file = `${box.defaults.env?.XDG_RUNTIME_DIR}/box/holder`;
    const holder = (await Deno.readTextFile(file)).trim();
    const namespaces = ["user", "mnt"].map((kind) =>
      Deno.readLinkSync(`/proc/${holder}/ns/${kind}`)
    );
    Deno.kill(Number(holder), "SIGKILL");
    await eventually("the end of the holder", () => isGone(holder));

    equal(await box.ok("exec one hostname"), await box.ok("ps -q"));
    const next = (await Deno.readTextFile(file)).trim();
    notEqual(next, holder);
    deepEqual(
      ["user", "mnt"].map((kind) => Deno.readLinkSync(`/proc/${next}/ns/${kind}`)),
      namespaces,
    );
    await box.ok("rm -f one");
    await eventually("the end of the next one", () => isGone(next));
  },
);

/** A process that nobody has reaped yet has no namespaces any more. */
function isGone(pid: string): boolean {
  try {
    Deno.readLinkSync(`/proc/${pid}/ns/user`);
    return false;
  } catch {
    return true;
  }
}

/** box as nobody where /etc/subuid and /etc/subgid have a range for nobody; the host's are as they were. */
function withRange(box: Box, args: string[]) {
  const mounts = "mount --bind $1 /etc/subuid && mount --bind $1 /etc/subgid && shift";
  const { uid, gid, ...defaults } = box.defaults;
  const become = ["setpriv", `--reuid=${uid}`, `--regid=${gid}`, "--clear-groups"];
  const script = `${mounts} && exec "$@"`, file = `${box.temp}/ranges`;
  Deno.writeTextFileSync(file, "nobody:300000:65536\n");
  const shell = ["unshare", "--mount", "sh", "-c", script, "sh", file];
  return run([...shell, ...become, ...box.commandLine(args)], defaults);
}

const ranged = {
  ...ordinary,
  needs: [...ordinary.needs, ...["newuidmap", "newgidmap", "setpriv"].map(needs.program)],
};

boxTest(
  "with subordinate ids an ordinary user's containers have all users",
  ranged,
  async (box) => {
    await box.busybox();
    const script = "id -u; touch /f; chown 5:6 /f 2>&1; stat -c %u:%g /f; cat /proc/self/uid_map";
    const { stdout, stderr } = await withRange(box, ["run", "--rm", "busybox", "sh", "-c", script]);
    deepEqual([stdout.split(/\s+/).join(" ").trim(), stderr], [
      `0 5:6 0 ${box.defaults.uid} 1 1 300000 65536`,
      "",
    ]);
    const user = await withRange(box, ["run", "--rm", "-u", "12:34", "busybox", "id", "-u"]);
    deepEqual([user.stdout, user.stderr, user.code], ["12\n", "", 0]);
  },
);

testWith([needs.root], "nobody is given another user's run directory", async () => {
  const { ensureRunDirectory } = await import("../../runtime/rootless/run_directory.ts");
  const parent = await Deno.makeTempDir({ prefix: "box-e2e-" });
  try {
    await Deno.chown(parent, 65534, 65534);
    await Deno.mkdir(`${parent}/box`, { mode: 0o700 });
    const attempt = () => ensureRunDirectory(65534, parent);
    for (
      const change of [
        () => {}, // it is root's
        async () => {
          await Deno.remove(`${parent}/box`);
          await Deno.symlink("/tmp", `${parent}/box`);
        },
        async () => {
          await Deno.remove(`${parent}/box`);
          await Deno.mkdir(`${parent}/box`);
          await Deno.chown(`${parent}/box`, 65534, 65534);
          await Deno.chmod(`${parent}/box`, 0o755);
        },
      ]
    ) {
      await change();
      let message = "";
      try {
        attempt();
      } catch (error) {
        message = (error as Error).message;
      }
      match(message, /must be a directory of user 65534 and closed to others/);
    }
    await Deno.chmod(`${parent}/box`, 0o700);
    equal(attempt(), `${parent}/box`);
  } finally {
    await Deno.remove(parent, { recursive: true });
  }
});

/** Copying into and out of containers: what docker 20.10 does, for containers that run and that do not. */
import { deepEqual, equal, match } from "node:assert/strict";
import { type Box, boxTest, type RunningProcess, sample } from "./harness.ts";
import { entriesOf, treeOf } from "./trees.ts";

/** What the container of these tests has in its root. */
const script = `
  mkdir -p /d/e /t/real; cd /d
  echo hi > f; chown 12:13 f; chmod 4755 f; ln f hard; ln -s f lf; echo hey > e/g; chmod 2750 e
  ln -s /d /ld; ln -s /nowhere /dangling
  cd /t; echo old > f; ln -s real l; ln -s f lf; ln -s nosuch dangling; ln -s nodir/x orphan
`;

/** Runs each test twice: on a container that has ended, and on one that runs. */
function cpTest(name: string, test: (box: Box) => Promise<void>): void {
  boxTest(`${name}, of a container that has ended`, async (box) => {
    await box.busybox();
    await box.ok(["run", "--name", "cc", "busybox", "sh", "-c", script]);
    await test(box);
  });
  boxTest(`${name}, of a container that runs`, async (box) => {
    await box.busybox();
    await startLive(box, script);
    await test(box);
  });
}

/** Starts the container `cc`, and returns when its script has been run. */
async function startLive(
  box: Box,
  script: string,
  options: string[] = [],
): Promise<RunningProcess> {
  const command = ["sh", "-c", `${script}\necho ready\nsleep 1000`];
  const process = box.spawn(["run", "--init", "--name", "cc", ...options, "busybox", ...command]);
  await process.waitFor("ready");
  return process;
}

/** Names, types and targets below a path of the container. */
async function treeIn(box: Box, path: string): Promise<string[]> {
  const { stdoutBytes } = await box.run(["cp", `cc:${path}/.`, "-"]);
  const entries = await entriesOf(stdoutBytes);
  return entries.map((entry) => entry.replace(/(^| = )\.\//g, "$1")).filter(Boolean);
}

const inD = ["e/", "e/g", "f", "hard = f", "lf -> f"];
const below = (directory: string, names: string[]) => [
  `${directory}/`,
  ...names.map((name) => name.replace(/^(hard) = /, `$1 = ${directory}/`))
    .map((name) => `${directory}/${name}`),
];

cpTest("cp puts things on the host where docker puts them", async (box) => {
  const table: [source: string, destination: string, result: string[]][] = [
    ["/d", "new", below("new", inD)],
    ["/d", "new/", below("new", inD)],
    ["/d/", "here", ["here/", ...below("here/d", inD)]],
    ["/d/.", "here", below("here", inD)],
    ["/d/.", "new", below("new", inD)],
    ["/d/e/..", "here", ["here/", ...below("here/d", inD)]],
    ["/d/f", "new", ["new"]],
    ["d/f", "here", ["here/", "here/f"]],
    ["/d/f", "here/", ["here/", "here/f"]],
    ["/d/lf", "here", ["here/", "here/lf -> f"]],
    ["/dangling", "new", ["new -> /nowhere"]],
    ["/ld", "here", ["here/", "here/ld -> /d"]],
    ["/ld/", "here", ["here/", ...below("here/ld", inD)]],
    ["/ld/.", "here", below("here", inD)],
    ["/ld/f", "new", ["new"]],
    ["-L /d/lf", "here", ["here/", "here/lf"]],
    ["-L /ld", "here", ["here/", ...below("here/ld", inD)]],
    ["-L /ld", "new", below("new", inD)],
  ];
  for (const [source, destination, result] of sample(table)) {
    const directory = await Deno.makeTempDir({ dir: box.temp });
    await Deno.mkdir(`${directory}/here`);
    const [path, flag] = source.split(" ").reverse();
    const args = [...flag ? [flag] : [], `cc:${path}`, destination];
    await box.ok(["cp", ...args], { cwd: directory });
    const found = await treeOf(directory);
    const expected = result[0] === "here/" ? result : ["here/", ...result];
    deepEqual(found, expected.toSorted(), `cp ${args.join(" ")}`);
  }
});

cpTest("cp onto what is there already", async (box) => {
  const path = (name: string) => `${box.temp}/${name}`;
  await Deno.writeTextFile(path("file"), "old and longer\n");
  await Deno.symlink("file", path("link"));
  await Deno.symlink("made", path("dangling"));
  for (const name of ["file", "link", "dangling"]) await box.ok(["cp", "cc:/d/f", name]);
  deepEqual(await treeOf(box.temp), ["dangling -> made", "file", "link -> file", "made"]);
  for (const name of ["file", "made"]) equal(await Deno.readTextFile(path(name)), "hi\n");

  await Deno.mkdir(path("merged/d/kept"), { recursive: true });
  await box.ok(["cp", "cc:/d", "merged"]);
  deepEqual(await treeOf(path("merged")), below("d", [...inD, "kept/"]).toSorted());

  await Deno.mkdir(path("a/d/f"), { recursive: true });
  await Deno.mkdir(path("b"));
  await Deno.writeTextFile(path("b/d"), "");
  await Deno.mkdir(path("c"));
  await Deno.symlink(path("merged"), path("c/d"));
  for (
    const [name, message] of [
      ["a", `cannot overwrite directory "${path("a/d/f")}" with non-directory "${path("a")}"`],
      ["b", `cannot overwrite non-directory "${path("b/d")}" with directory "${path("b")}"`],
      ["c", `cannot overwrite non-directory "${path("c/d")}" with directory "${path("c")}"`],
    ]
  ) {
    const { code, stderr } = await box.run(["cp", "cc:/d", name]);
    deepEqual([code, stderr], [1, `${message}\n`]);
  }
});

cpTest("what cp cannot copy to the host is refused in docker's words", async (box) => {
  await Deno.writeTextFile(`${box.temp}/file`, "old\n");
  const daemon = "Error response from daemon:";
  const table: [source: string, destination: string, message: string][] = [
    ["cc:/d", "file", "cannot copy directory"],
    ["cc:/d/f", "nodir/", "no such directory"],
    ["cc:/d/f", "no/such", `invalid output path: directory "${box.temp}/no" does not exist`],
    ["cc:/d/f", "nodir/.", `stat ${box.temp}/nodir: no such file or directory`],
    ["cc:/d/f", "file/x", `stat ${box.temp}/file/x: not a directory`],
    ["cc:/d/f", "file/", `stat ${box.temp}/file/: not a directory`],
    [
      "cc:/d/f",
      "/dev/null",
      'invalid output path: "/dev/null" must be a directory or a regular file: got a device',
    ],
    ["cc:/nope", "x", "Error: No such container:path: cc:/nope"],
    ["cc:nope/x", "x", "Error: No such container:path: cc:nope/x"],
    ["cc:/nope", "-", "Error: No such container:path: cc:/nope"],
    ["nosuch:/a", "x", "Error: No such container:path: nosuch:/a"],
    ["nosuch:/a", "-", "Error: No such container:path: nosuch:/a"],
    ["cc:/d/f/", "x", `${daemon} lstat /d/f/: not a directory`],
    ["cc:/d/f/x", "x", `${daemon} lstat /d/f/x: not a directory`],
    ["cc:", "x", `${daemon} bad parameter: path cannot be empty`],
    ["cc:/a", "cc:/b", "copying between containers is not supported"],
    ["a", "b", "must specify at least one container source"],
    ["./cc:/d", "b", "must specify at least one container source"],
    ["", "b", "source can not be empty"],
    ["cc:/d", "", "destination can not be empty"],
  ];
  for (const [source, destination, message] of sample(table)) {
    const { code, stdout, stderr } = await box.run(["cp", source, destination]);
    deepEqual([code, stdout, stderr], [1, "", `${message}\n`], `cp ${source} ${destination}`);
  }
  await box.fail(["cp", "-L", "cc:/dangling", "x"], 1, /^Error: .* cc:\/nowhere\n$/);
  deepEqual(await treeOf(box.temp), ["file"]);
});

cpTest(
  "copies on the host belong to who makes them, and with -a to whom they belonged",
  async (box) => {
    const identity = ({ uid, gid, mode }: Deno.FileInfo) => [uid, gid, mode! & 0o7777];
    await box.ok(["cp", "cc:/d", "plain"]);
    await box.ok(["cp", "-a", "cc:/d", "archived"]);
    const stat = (path: string) => Deno.statSync(`${box.temp}/${path}`);
    deepEqual(identity(stat("plain/f")), [0, 0, 0o4755]);
    deepEqual(identity(stat("plain/e")), [0, 0, 0o2750]);
    equal(stat("plain/f").ino, stat("plain/hard").ino);
    deepEqual(identity(stat("archived/f")), [12, 13, 0o4755]);
    equal(stat("plain/f").mtime?.getTime(), stat("archived/f").mtime?.getTime());
  },
);

cpTest("cp puts things into a container where docker puts them", async (box) => {
  await Deno.mkdir(`${box.temp}/h/sub`, { recursive: true });
  await Deno.writeTextFile(`${box.temp}/h/a`, "a");
  await Deno.writeTextFile(`${box.temp}/file`, "file");
  await Deno.writeTextFile(`${box.temp}/co:lon`, "colon");
  await Deno.symlink("h", `${box.temp}/hl`);
  await Deno.symlink("file", `${box.temp}/fl`);
  const inH = ["a", "sub/"];
  const table: [source: string, destination: string, added: string[]][] = [
    ["file", "/t", ["file"]],
    ["file", "/t/.", []],
    ["file", "t/copy", ["copy"]],
    ["file", "/t/f", []],
    ["file", "/t/lf", []],
    ["file", "/t/l", ["real/file"]],
    ["file", "/t/l/there", ["real/there"]],
    ["file", "/t/dangling", ["nosuch"]],
    ["./co:lon", "/t", ["co:lon"]],
    [`${box.temp}/co:lon`, "/t/real/../x:y", ["x:y"]],
    ["h", "/t", below("h", inH)],
    ["h/", "/t/real", below("real/h", inH)],
    ["h/.", "/t/l", inH.map((name) => `real/${name}`)],
    ["h", "/t/newd", below("newd", inH)],
    ["h/.", "/t/newd2/", below("newd2", inH)],
    ["hl", "/t/real", ["real/hl -> h"]],
    ["hl/", "/t", below("hl", inH)],
    ["-L hl", "/t/hl2", below("hl2", inH)],
    ["-L fl", "/t", ["fl"]],
  ];
  const before = await treeIn(box, "/t");
  const expected = [...before];
  // Where overlayfs keeps all of /t, since the container has made it: what is seen there takes no further cp.
  const upper = await box.ok("inspect -f {{.GraphDriver.Data.UpperDir}} cc");
  for (const [source, destination, added] of sample(table)) {
    const [path, flag] = source.split(" ").reverse();
    await box.ok(["cp", ...flag ? [flag] : [], path, `cc:${destination}`]);
    expected.push(...added);
    const found = await treeOf(`${upper}/t`);
    deepEqual(found, expected.toSorted(), `cp ${source} cc:${destination}`);
  }
  deepEqual(await treeIn(box, "/t"), expected.toSorted());
  await box.ok(["cp", "-L", "cc:/t/lf", "back"]);
  equal(await Deno.readTextFile(`${box.temp}/back`), "file");
});

cpTest("what cp cannot copy into a container is refused in docker's words", async (box) => {
  await Deno.mkdir(`${box.temp}/h/f`, { recursive: true });
  await Deno.writeTextFile(`${box.temp}/file`, "file");
  const daemon = "Error response from daemon:";
  const table: [source: string, destination: string, message: string][] = [
    ["h", "cc:/t/f", "cannot copy directory"],
    ["file", "cc:/nodir/", "no such directory"],
    ["file", "cc:/t/f/", "no such directory"],
    ["file", "cc:/no/such", "Error: No such container:path: cc:/no"],
    ["file", "cc:/t/orphan", "Error: No such container:path: cc:/t/nodir"],
    ["h", "cc:/no/such/", "Error: No such container:path: cc:/no"],
    ["file", "cc:/t/f/x", `${daemon} extraction point is not a directory`],
    ["file", "nosuch:/t", "Error: No such container:path: nosuch:/t"],
    ["nosuch", "cc:/", `lstat ${box.temp}/nosuch: no such file or directory`],
    ["nosuch/", "cc:/", `lstat ${box.temp}/nosuch: no such file or directory`],
    ["/nosuch", "cc:/", "lstat //nosuch: no such file or directory"],
    ["/nosuch/", "cc:/", "lstat /nosuch: no such file or directory"],
    ["no/such", "cc:/", `lstat ${box.temp}/no: no such file or directory`],
    ["file/", "cc:/", "not a directory"],
    ["-", "cc:/t/f", 'destination "cc:/t/f" must be a directory'],
    ["-", "cc:/t/none", 'destination "cc:/t/none" must be a directory'],
    [
      "h/.",
      "cc:/t",
      `${daemon} cannot overwrite non-directory "/t/f" with directory "/t"`,
    ],
  ];
  const before = await treeIn(box, "/t");
  for (const [source, destination, message] of sample(table)) {
    const { code, stdout, stderr } = await box.run(["cp", source, destination]);
    deepEqual([code, stdout, stderr], [1, "", `${message}\n`], `cp ${source} ${destination}`);
  }
  deepEqual(await treeIn(box, "/t"), before);
});

cpTest(
  "a tar on standard input is unpacked, compressed or not, and junk is refused",
  async (box) => {
    const { stdoutBytes: archive } = await box.run("cp cc:/d -");
    const gzipped = await new Response(
      new Blob([archive.slice()]).stream().pipeThrough(new CompressionStream("gzip")),
    ).bytes();
    await box.ok("cp - cc:/t/l", { stdin: archive });
    deepEqual(await treeIn(box, "/t/real"), below("d", inD));
    await box.ok("cp - cc:/t", { stdin: gzipped });
    deepEqual(await treeIn(box, "/t/d"), inD);
    await box.ok("cp - cc:/t", { stdin: "" });
    await box.fail("cp - cc:/t", 1, /^Error response from daemon: unexpected EOF\n$/, {
      stdin: "junk",
    });
    await box.fail("cp - cc:/t", 1, /^Error .*: archive\/tar: invalid tar header/, {
      stdin: crypto.getRandomValues(new Uint8Array(2000)),
    });
    await box.fail("cp - cc:/t", 1, /unexpected EOF/, { stdin: archive.slice(0, 700) });
  },
);

cpTest("owners are kept as numbers on the way into a container", async (box) => {
  await Deno.writeTextFile(`${box.temp}/file`, "file");
  await Deno.chown(`${box.temp}/file`, 1234, 70_000);
  await Deno.chmod(`${box.temp}/file`, 0o6711);
  await box.ok("cp file cc:/t/a");
  await box.ok("cp -a file cc:/t/b");
  const { stdoutBytes } = await box.run("cp cc:/t -");
  for (const name of ["a", "b"]) {
    const [entry] = (await entriesOf(stdoutBytes, "details"))
      .filter((line) => line.endsWith(` t/${name}`));
    match(entry, /^-rws--s--x 1234\/70000 +4 /);
  }
});

boxTest(
  "with -a everything belongs to the container's user, as its own passwd knows it",
  async (box) => {
    await box.busybox();
    await box.ok("create --user bob --name cc busybox");
    await Deno.writeTextFile(`${box.temp}/file`, "file");
    await Deno.chown(`${box.temp}/file`, 1234, 1235);
    await box.ok("cp -a file cc:/home");
    const { stdoutBytes } = await box.run("cp cc:/home/file -");
    match((await entriesOf(stdoutBytes, "details"))[0], /^-rw-r--r-- 1001\/100 /);
  },
);

boxTest(
  "cp sees volumes, whether the container runs, has ended, or was never started",
  async (box) => {
    await box.busybox();
    const volume = `${box.temp}/volume`, readonly = `${box.temp}/readonly`;
    for (const path of [volume, readonly]) await Deno.mkdir(path);
    await Deno.writeTextFile(`${readonly}/f`, "ro");
    await Deno.writeTextFile(`${box.temp}/file`, "file");
    const mounts = ["-v", `${volume}:/v`, "-v", `${readonly}:/v/ro:ro`, "--tmpfs", "/scratch"];
    const look = async (name: string) => {
      await box.ok(`cp file cc:/v/${name}`);
      equal(await Deno.readTextFile(`${volume}/${name}`), "file");
      equal(await box.ok(`cp cc:/v/${name} back`), "");
      equal(await box.ok("cp cc:/v/ro/f back"), "");
      equal(await Deno.readTextFile(`${box.temp}/back`), "ro");
      for (const directory of ["/v/ro", "/v/ro/."]) {
        await box.fail(
          ["cp", "file", `cc:${directory}`],
          1,
          /^Error response from daemon: mounted volume is marked read-only\n$/,
        );
      }
    };
    await box.ok(["create", "--name", "cc", ...mounts, "busybox", "true"]);
    await look("created");
    await box.ok("start -a cc");
    await look("exited");
    await box.ok("rm cc");
    const live = await startLive(box, "echo deep > /scratch/f", mounts);
    await look("running");
    await box.ok("cp cc:/scratch/f back");
    equal(await Deno.readTextFile(`${box.temp}/back`), "deep\n");
    live.kill("SIGKILL");
  },
);

boxTest("nothing is copied into a read-only root", async (box) => {
  await box.busybox();
  await Deno.writeTextFile(`${box.temp}/file`, "file");
  const refused = /^Error response from daemon: container rootfs is marked read-only\n$/;
  await box.ok("create --read-only --name cc busybox true");
  await box.fail("cp file cc:/tmp", 1, refused);
  await box.ok("start -a cc");
  await box.fail("cp file cc:/tmp", 1, refused);
  await box.ok("cp cc:/bin/busybox back");
  await box.ok("rm cc");
  await startLive(box, "", ["--read-only", "--tmpfs", "/tmp"]);
  await box.fail("cp file cc:/root", 1, refused);
  await box.ok("cp file cc:/tmp");
});

boxTest("the whole root of a running container comes without the kernel's files", async (box) => {
  await box.busybox();
  await startLive(box, "echo here > /marker");
  await box.ok("cp cc:/ out");
  equal(await Deno.readTextFile(`${box.temp}/out/marker`), "here\n");
  for (const name of ["proc", "sys", "dev"]) {
    deepEqual(await treeOf(`${box.temp}/out/${name}`), []);
  }
  await box.fail("cp cc:/proc/meminfo x", 1, /belongs to a file system of the kernel/);
});

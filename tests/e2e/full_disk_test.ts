/** A disk that has no room left: what was begun is taken back, and what makes room works. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { archive, file } from "../unit/storage/layer/helpers.ts";
import { assertTidy, boxTest, busyboxTar, eventually, run, SmallDisk } from "./harness.ts";

const full = /: no space left on device \(ENOSPC\)$/;

/** A tar archive with a file of so many megabytes that compress to nothing, or not at all. */
async function largeArchive(path: string, source: string, megabytes: number): Promise<void> {
  const directory = `${path}.d`;
  await Deno.mkdir(directory);
  const { code, stderr } = await run([
    "sh",
    "-c",
    `head -c ${megabytes}M ${source} > ${directory}/large && tar -C ${directory} -cf ${path} large &&
     rm -r ${directory}`,
  ]);
  equal(code, 0, stderr);
}

boxTest("an archive that does not fit leaves nothing, be it a bomb or just large", async (box) => {
  const large = `${box.temp}/large.tar`, bomb = `${box.temp}/bomb.tar`;
  await largeArchive(large, "/dev/urandom", 12);
  await largeArchive(bomb, "/dev/zero", 200);
  equal((await run(["gzip", bomb])).code, 0);
  ok((await Deno.stat(`${bomb}.gz`)).size < 1 << 20);
  await box.ok(["import", large, "saved:1"]);
  await box.ok(["save", "-o", `${box.temp}/saved.tar`, "saved:1"]);
  await box.ok("rmi saved:1");
  equal((await run(["gzip", "--keep", `${box.temp}/saved.tar`])).code, 0);
  await SmallDisk.with(box, 8, async (disk) => {
    await disk.ok(["import", await busyboxTar(), "busybox"]);
    await disk.refuses(["import", large, "large"], /^box: write \/large: no space left on device/);
    await disk.refuses(["import", `${bomb}.gz`, "bomb"], /^box: write \/large: no space left on/);
    await disk.refuses(["load", "-q", "-i", `${box.temp}/saved.tar`], /^box: write \/large: no sp/);
    await disk.refuses(["load", "-q", "-i", `${box.temp}/saved.tar.gz`], /^box: write \/large: no/);
    equal(await disk.ok(["images", "--format", "{{.Repository}}"]), "busybox");
    await disk.assertWorks();
  });
});

boxTest("on a full disk nothing is begun, nothing is lost, and rm works", async (box) => {
  await SmallDisk.with(box, 8, async (disk) => {
    await disk.ok(["import", await busyboxTar(), "busybox"]);
    const write = "mkdir /made; head -c 100000 /dev/urandom > /made/file";
    await disk.ok(["run", "--name", "changed", "busybox", "sh", "-c", write]);
    await disk.ok(["create", "--name", "fresh", "busybox", "true"]);
    const listing = [await disk.ok("images -q"), await disk.ok("ps -aq")];
    await disk.fill();
    await Deno.writeFile(`${box.temp}/one.tar`, archive(file("one", "1")));
    await disk.refuses(["import", `${box.temp}/one.tar`, "one"], full);
    await disk.refuses("create busybox true", full);
    await disk.refuses("run busybox true", full, { code: 125 });
    await disk.refuses("run --rm busybox true", full, { code: 125 });
    await disk.refuses("commit changed committed", full);
    await disk.refuses("tag busybox another:1", full);
    await disk.refuses(
      ["save", "-o", `${disk.path}/saved.tar`, "busybox"],
      /^write: no space left/,
    );
    await disk.refuses(["export", "-o", `${disk.path}/exported.tar`, "changed"], /no space left/);
    // As with cp(1), the file is there as far as it came.
    const copy = ["cp", await busyboxTar(), "changed:/"];
    await box.fail(copy, 1, /^write \/.*: no space left on device\n$/, disk.options);
    deepEqual([...Deno.readDirSync(disk.path)].map(({ name }) => name).sort(), ["filler", "store"]);
    deepEqual([await disk.ok("images -q"), await disk.ok("ps -aq")], listing);
    await disk.ok("rm fresh");
    await disk.makeRoom();
    equal(await disk.ok("start -a changed"), "");
    await disk.ok("commit changed committed");
    await disk.assertWorks("committed");
    await disk.ok("rm changed");
  });
});

boxTest("a container that cannot be started for lack of room stays as it is", async (box) => {
  await SmallDisk.with(box, 8, async (disk) => {
    await disk.ok(["import", await busyboxTar(), "busybox"]);
    await disk.ok(["create", "--name", "made", "busybox", "echo", "started"]);
    await disk.fill();
    const { code, stderr } = await box.run("start -a made", disk.options);
    deepEqual([code, stderr.split("\n").length], [1, 2]);
    match(stderr, /no space left on device/);
    assertTidy(disk.root);
    equal(await disk.ok(["ps", "-a", "--format", "{{.Names}} {{.Status}}"]), "made Created");
    await disk.makeRoom();
    equal(await disk.ok("start -a made"), "started");
    await disk.ok("rm made");
  });
});

boxTest("a container that fills the disk runs on, and ends as it would have", async (box) => {
  await SmallDisk.with(box, 8, async (disk) => {
    await disk.ok(["import", await busyboxTar(), "busybox"]);
    const script = `
      sleep 0.5 # until its start is noted
      cat /dev/zero > /large
      yes "$(printf '%01000d' 0)" | head -n 8000
      exit 7`;
    // An address that is given back would make room.
    const command = ["run", "--network=none", "--name", "greedy", "busybox", "sh", "-c", script];
    const { code, stdout, stderr } = await box.run(command, disk.options);
    deepEqual([code, stdout.length], [7, 8000 * 1001], stderr);
    const lines = stderr.trim().split("\n").filter((line) => line.startsWith("WARNING"));
    match(
      lines.join("\n"),
      /^WARNING: the container's log is incomplete: write .*-json\.log: no sp/m,
    );
    match(stderr, /^WARNING: the end of the container is not recorded: write .*: no space left/m);
    assertTidy(disk.root);
    match(await disk.ok(["ps", "-a", "--format", "{{.Status}}"]), /^Exited/);
    for (const line of await logLines(disk)) JSON.parse(line);
    await disk.ok("rm greedy");
    await disk.assertWorks();

    // With --rm there is nothing to be recorded, and room afterwards.
    const removed = await box.run(["run", "--rm", "busybox", "sh", "-c", script], disk.options);
    deepEqual([removed.code, removed.stdout.length], [7, 8000 * 1001], removed.stderr);
    equal(await disk.ok("ps -aq"), "");
    await disk.assertWorks();
  });
});

/** Lines of the only container's log. */
async function logLines(disk: SmallDisk): Promise<string[]> {
  const [id] = [...Deno.readDirSync(`${disk.root}/containers`)].map(({ name }) => name);
  const log = await Deno.readTextFile(`${disk.root}/containers/${id}/${id}-json.log`);
  ok(log === "" || log.endsWith("}\n"));
  return log.split("\n").filter(Boolean);
}

boxTest("a container whose monitor was killed can be removed from a full disk", async (box) => {
  await SmallDisk.with(box, 8, async (disk) => {
    await disk.ok(["import", await busyboxTar(), "busybox"]);
    const process = box.spawn(["run", "--name", "lost", "busybox", "sleep", "1000"], disk.options);
    await eventually("running", async () => (await disk.ok("ps -q")) !== "");
    await disk.fill();
    process.kill("SIGKILL");
    await process.wait();
    await disk.ok("rm --force lost");
    equal(await disk.ok("ps -aq"), "");
    assertTidy(disk.root);
    await disk.makeRoom();
    await disk.assertWorks();
  });
});

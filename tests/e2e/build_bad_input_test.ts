/** box build with what goes wrong around it: a clear message, no image, and nothing left. */
import { deepEqual, equal, match } from "node:assert/strict";
import { archive, file, symlink } from "../unit/storage/layer/helpers.ts";
import { build, context, show, spawnBuild } from "./build/context.ts";
import { assertTidy, boxTest, busyboxTar, eventually, run, SmallDisk } from "./harness.ts";

boxTest("a build on a disk that fills up", async (box) => {
  const fills = context(box, "FROM busybox\nRUN cat /dev/zero > /large\n", {}, "fills");
  const keeps = "FROM busybox\nRUN cat /dev/zero > /large; true\n";
  const copies = context(box, "FROM busybox\nCOPY large /\n", { large: "" }, "copies");
  await Deno.truncate(`${copies}/large`, 20 << 20);
  await SmallDisk.with(box, 8, async (disk) => {
    await disk.ok(["import", await busyboxTar(), "busybox"]);
    const fails = async (path: string, message: RegExp) => {
      await box.fail(["build", "-t", "never", path], 1, message, disk.options);
      assertTidy(disk.root);
      equal(await disk.ok(["images", "--format", "{{.Repository}}"]), "busybox");
    };
    await fails(
      fills,
      /No space left on device\n[^]*did not complete successfully: exit code: 1\n/,
    );
    await fails(context(box, keeps, {}, "keeps"), /ERROR: failed to solve: .*no space left on dev/);
    // What is full of the cache is made free.
    match(await disk.ok("builder prune -af"), /Total reclaimed space: \d/);
    await fails(
      copies,
      /ERROR: failed to solve: write \/large: no space left on device \(ENOSPC\)/,
    );
    await disk.fill();
    const label = context(box, "FROM busybox\nLABEL a=b\n", {}, "label");
    await fails(label, /no space left on device \(ENOSPC\)/);
    await disk.makeRoom();
    await disk.ok(["build", "-q", "-t", "fits", label]);
    await disk.assertWorks("fits");
  });
});

boxTest("archives that try to get out of the context", async (box) => {
  await box.busybox();
  const dockerfile = file("Dockerfile", "FROM busybox\nCOPY . /x/\n");
  const outside = `${box.temp}/outside`;
  Deno.mkdirSync(outside);
  const attacks: [string, Uint8Array, RegExp][] = [
    [
      "upwards",
      archive(dockerfile, file("../../evil", "E")),
      /^ERROR: failed to solve: "..\/..\/evil" is outside of/,
    ],
    [
      "through a link",
      archive(dockerfile, symlink("out", outside), file("out/evil", "E")),
      /^ERROR: failed to solve: open \/out\/evil: no such file/,
    ],
    [
      "cut off",
      archive(dockerfile, file("f", "F")).slice(0, 1500),
      /^ERROR: failed to solve: unexpected EOF\n$/,
    ],
  ];
  for (const [what, stdin, message] of attacks) {
    await box.fail("build -t never -", 1, message, { stdin });
    deepEqual([...Deno.readDirSync(outside)], [], what);
    assertTidy(box.root);
  }
});

boxTest("a RUN that somebody kills", async (box) => {
  await box.busybox();
  const path = context(box, "FROM busybox\nRUN echo started; exec sleep 4711.25\n");
  const building = spawnBuild(box, "-t", "never", path);
  await building.waitFor("started\n");
  let pid = "";
  await eventually("the command runs", async () => {
    pid = (await run(["pgrep", "-x", "-f", "sleep 4711.25"])).stdout.trim();
    return /^\d+$/.test(pid);
  });
  Deno.kill(Number(pid), "SIGKILL");
  const { code, stdout } = await building.wait();
  equal(code, 1);
  match(stdout, /did not complete successfully: exit code: 137\n/);
  assertTidy(box.root);
});

boxTest("a Dockerfile that is no text", async (box) => {
  await box.busybox();
  const path = context(box, "");
  Deno.copyFileSync("/bin/true", `${path}/Dockerfile`);
  await box.fail(["build", path], 1, /dockerfile parse error on line 1: NUL in the file/);
  Deno.writeFileSync(
    `${path}/Dockerfile`,
    new Uint8Array([...new TextEncoder().encode("FROM busybox\nLABEL a="), 0xff, 0xfe, 10]),
  );
  await build(box, path, "-t", "odd");
  equal(await show(box, "odd", "echo works"), "works");
});

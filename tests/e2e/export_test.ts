/** Exporting containers: the archive that docker would make of the same files. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { boxTest, withDockerd } from "./harness.ts";
import { entriesOf, manyKindsOfFiles, treeOf } from "./trees.ts";

boxTest("an export is what docker exports of the same container, byte for byte", async (box) => {
  await box.busybox();
  await box.ok(["run", "--name", "made", "busybox", "sh", "-c", manyKindsOfFiles]);
  const { code, stdoutBytes, stderr } = await box.run("export made");
  deepEqual([code, stderr], [0, ""]);
  await box.ok("export -o exported.tar made");
  deepEqual(await Deno.readFile(`${box.temp}/exported.tar`), stdoutBytes);
  await withDockerd(box.root, async (docker) => {
    const exported = await docker.run("export made");
    deepEqual(
      await entriesOf(stdoutBytes, "details"),
      await entriesOf(exported.stdoutBytes, "details"),
    );
    ok(equalBytes(stdoutBytes, exported.stdoutBytes));
  });
});

function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}

boxTest("an export can be imported again, and loses nothing", async (box) => {
  await box.busybox();
  await box.ok(["run", "--name", "made", "busybox", "sh", "-c", manyKindsOfFiles]);
  const first = await box.run("export made");
  await box.ok("import - again", { stdin: first.stdoutBytes });
  await box.ok("create --name again again true");
  const second = await box.run("export again");
  // What box itself lays over an image is newer.
  const own = / (\.dockerenv$|(dev|etc|proc|sys)\/)/;
  const details = async (bytes: Uint8Array) =>
    (await entriesOf(bytes, "details")).filter((line) => !own.test(line));
  const entries = await details(first.stdoutBytes);
  ok(entries.length > 250, `${entries.length} entries`);
  deepEqual(await details(second.stdoutBytes), entries);
});

boxTest("a running container is exported without what is mounted in it", async (box) => {
  await box.busybox();
  await Deno.mkdir(`${box.temp}/volume`);
  await Deno.writeTextFile(`${box.temp}/volume/f`, "in the volume");
  const live = box.spawn([
    "run",
    "--init",
    "--name",
    "live",
    "-v",
    `${box.temp}/volume:/v`,
    "--tmpfs",
    "/scratch",
    "busybox",
    "sh",
    "-c",
    "echo > /scratch/f; echo > /own; echo ready; sleep 1000",
  ]);
  await live.waitFor("ready");
  const names = await entriesOf((await box.run("export live")).stdoutBytes);
  const below = (path: string) => names.filter((name) => name.startsWith(path));
  deepEqual([below("own"), below("v/"), below("scratch/")], [["own"], ["v/"], ["scratch/"]]);
  deepEqual(
    [below("proc/"), below("sys/"), below("dev/")],
    [["proc/"], ["sys/"], ["dev/", "dev/console", "dev/pts/", "dev/shm/"]],
  );
});

boxTest("what cannot be exported is refused in docker's words, and leaves no file", async (box) => {
  await box.busybox();
  await box.ok("create --name made busybox true");
  await box.fail("export nosuch", 1, /^Error response from daemon: No such container: nosuch\n$/);
  await box.fail("export -o out.tar nosuch", 1, /No such container: nosuch/);
  await box.fail(
    "export -o no/such made",
    1,
    /^failed to export container: invalid output path: directory "no" does not exist\n$/,
  );
  await box.fail(
    "export -o /dev/null made",
    1,
    /invalid output path: "\/dev\/null" must be a directory or a regular file: got a device/,
  );
  deepEqual(await treeOf(box.temp), []);
  const terminal = await box.terminal("export made").wait();
  equal(terminal.code, 1);
  match(
    terminal.stdout,
    /^cowardly refusing to save to a terminal\. Use the -o flag or redirect\r\n$/,
  );
});

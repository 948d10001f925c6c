/**
 * Copying while the container does its worst: what it has on the host's side of a symbolic link stays unread and untouched
 * (CVE-2018-15664, CVE-2019-14271), and no mount outlives the copy.
 */
import { deepEqual, equal, ok } from "node:assert/strict";
import { type Box, boxTest, eventually, type RunningProcess } from "./harness.ts";
import { treeOf } from "./trees.ts";

/** A directory of the host with a file that no container may see. */
async function makeHostDirectory(box: Box): Promise<string> {
  const path = `${box.temp}/host`;
  await Deno.mkdir(path);
  await Deno.writeTextFile(`${path}/secret`, "of the host");
  return path;
}

async function startLive(box: Box, script: string): Promise<RunningProcess> {
  const process = box.spawn([
    "run",
    "--init",
    "--name",
    "cc",
    "busybox",
    "sh",
    "-c",
    `echo ready; ${script}`,
  ]);
  await process.waitFor("ready");
  return process;
}

boxTest("no symbolic link of a container leads to the host", async (box) => {
  await box.busybox();
  const host = await makeHostDirectory(box), climbing = `${"../".repeat(20)}${host.slice(1)}`;
  await Deno.writeTextFile(`${box.temp}/file`, "file");
  const script = `ln -s ${host} /absolute; mkdir /d; ln -s ${climbing} /d/climbing; sleep 1000`;
  const live = await startLive(box, script);
  await eventually(
    "the links are there",
    async () => (await box.run("cp cc:/d/climbing -")).code === 0,
  );
  const tryAll = async () => {
    for (const link of ["/absolute", "/d/climbing"]) {
      for (const source of [`${link}/secret`, `${link}/`, `${link}/.`]) {
        await box.fail(["cp", `cc:${source}`, "got"], 1, /No such container:path/);
      }
      await box.fail(["cp", "-L", `cc:${link}`, "got"], 1, /No such container:path/);
      await box.fail(["cp", "file", `cc:${link}/`], 1, /no such directory/);
      await box.fail(["cp", "file", `cc:${link}/x`], 1, /No such container:path/);
      await box.fail(["cp", "file", `cc:${link}`], 1, /No such container:path/);
    }
  };
  await tryAll();
  live.kill("SIGKILL");
  await box.ok("kill cc");

  await tryAll();
  deepEqual(await treeOf(box.temp), ["file", "host/", "host/secret"]);

  // The link itself is copied as it is.
  await box.ok("cp cc:/absolute .");
  equal(await Deno.readLink(`${box.temp}/absolute`), host);
});

boxTest("a hostile archive stays in the container", async (box) => {
  await box.busybox();
  const host = await makeHostDirectory(box);
  await box.ok("create --name cc busybox true");
  const scratch = `${box.temp}/scratch`;
  await Deno.mkdir(`${scratch}/dir`, { recursive: true });
  await Deno.symlink(host, `${scratch}/link`);
  await Deno.writeTextFile(`${scratch}/dir/secret`, "overwritten");
  const tar = async (...args: string[]) => {
    const command = new Deno.Command("tar", { args: ["cPf", "-", "-C", scratch, ...args] });
    return (await command.output()).stdout;
  };
  const through = await tar("link", "--transform=s,dir/,link/,", "dir/secret");
  await box.fail("cp - cc:/tmp", 1, /link\/secret: no such file or directory/, { stdin: through });
  const absolute = await tar(`--transform=s,^dir,${host},`, "dir/secret");
  await box.ok("cp - cc:/tmp", { stdin: absolute });
  const climbing = await tar("--transform=s,^dir,../../../../../../escaped,", "dir/secret");
  await box.fail("cp - cc:/tmp", 1, /outside of/, { stdin: climbing });
  equal(await Deno.readTextFile(`${host}/secret`), "of the host");
  deepEqual(await treeOf(host), ["secret"]);
  // What the absolute name said is inside the container.
  await box.ok(["cp", `cc:/tmp${host}/secret`, "inside"]);
  equal(await Deno.readTextFile(`${box.temp}/inside`), "overwritten");
});

boxTest(
  "a container that swaps a directory and a link all the time leads nothing astray",
  async (box) => {
    await box.busybox();
    const host = await makeHostDirectory(box);
    await Deno.writeTextFile(`${box.temp}/file`, "file");
    await startLive(
      box,
      `mkdir -p /race/real; echo inside > /race/real/secret; cd /race; while :; do
      mv real d; mv d real; ln -s ${host} d; rm d
    done`,
    );
    let copied = 0;
    for (let attempt = 0; attempt < 20; attempt++) {
      const source = ["cc:/race/d/secret", "cc:/race/d/.", "cc:/race"][attempt % 3];
      const target = `${box.temp}/out${attempt}`;
      await box.run(["cp", source, target]);
      await box.run(["cp", "file", "cc:/race/d/"]);
      await box.run(["cp", "file", "cc:/race/d/secret"]);
      if (await Deno.lstat(target).then(() => true, () => false)) copied++;
      for (const path of [target, `${target}/secret`]) {
        const text = await Deno.readTextFile(path).catch(() => "");
        ok(text !== "of the host", `${source} led to the host`);
      }
    }
    ok(copied > 0, "not one copy succeeded");
    deepEqual(await treeOf(host), ["secret"]);
    equal(await Deno.readTextFile(`${host}/secret`), "of the host");
  },
);

/** The mounts of all processes that know this store. */
async function mountsOf(box: Box): Promise<string[]> {
  const lines: string[] = [];
  for await (const { name } of Deno.readDir("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const text = await Deno.readTextFile(`/proc/${name}/mountinfo`).catch(() => "");
    lines.push(...text.split("\n").filter((line) => line.includes(box.root)));
  }
  return lines;
}

/** Begins to copy an archive into `cc`, and returns when a part of it has been unpacked. */
async function beginCopy(box: Box): Promise<[RunningProcess, rest: Uint8Array]> {
  const archive = (await box.run("cp cc:/bin/. -")).stdoutBytes;
  const writer = box.spawn("cp - cc:/tmp");
  await writer.write(archive.slice(0, 1_000_000));
  const [diff] = (await Array.fromAsync(Deno.readDir(`${box.root}/overlay2`)))
    .filter(({ name }) => name.endsWith("-init"))
    .map(({ name }) => `${box.root}/overlay2/${name.replace("-init", "")}/diff`);
  await eventually("something is unpacked", async () => {
    return await Deno.stat(`${diff}/tmp/[`).then(() => true, () => false);
  });
  return [writer, archive.slice(1_000_000)];
}

boxTest("a container does not start while something is copied into it", async (box) => {
  await box.busybox();
  await box.ok(["create", "--name", "cc", "busybox", "cmp", "/bin/busybox", "/tmp/busybox"]);
  const [writer, rest] = await beginCopy(box);
  deepEqual(await mountsOf(box), []);
  const start = box.spawn("start -a cc");
  let hasStarted = false;
  const started = start.wait().then((result) => {
    hasStarted = true;
    return result;
  });
  await new Promise((resolve) => setTimeout(resolve, 700));
  equal(hasStarted, false);
  await writer.write(rest);
  equal((await writer.wait()).code, 0);
  const { code, stderr } = await started;
  deepEqual([code, stderr], [0, ""]);
});

boxTest(
  "a copy that is killed leaves nothing mounted, and a container that starts",
  async (box) => {
    await box.busybox();
    await box.ok(["create", "--name", "cc", "busybox", "echo", "started"]);
    const [writer] = await beginCopy(box);
    writer.kill("SIGKILL");
    equal((await writer.wait()).code, 137);
    equal(await box.ok("start -a cc"), "started");
    deepEqual(await mountsOf(box), []);
  },
);

boxTest("many read a stopped container at once", async (box) => {
  await box.busybox();
  await box.ok(["run", "--name", "cc", "busybox", "sh", "-c", "rm /bin/yes; echo new > /tmp/new"]);
  const results = await Promise.all(
    Array.from({ length: 6 }, (_, i) => box.run(i % 2 ? "export cc" : "cp cc:/ -")),
  );
  for (const { code, stderr } of results) deepEqual([code, stderr], [0, ""]);
  deepEqual(results[3].stdoutBytes, results[1].stdoutBytes);
  deepEqual(results[4].stdoutBytes, results[2].stdoutBytes);
  deepEqual(await mountsOf(box), []);
});

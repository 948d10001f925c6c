/** Volumes: made, filled, shared, kept and removed as docker 20.10 does it. */
import { deepEqual, equal, match } from "node:assert/strict";
import { type Box, boxTest, eventually } from "./harness.ts";

/** An image with something to fill volumes with. */
async function imageWithVolumes(box: Box): Promise<void> {
  await box.busybox();
  const script = `
    mkdir -p /data/sub /real; echo hi > /data/f; ln /data/f /data/sub/hard; ln -s f /data/soft
    chown 5:6 /data/f; chmod 4755 /data/f; chown 7:8 /data; chmod 2750 /data
    echo linked > /real/g; ln -s /real /link; ln -s ../../../../../real /outside; echo x > /file
  `;
  await box.ok(["run", "--name", "base", "busybox", "sh", "-c", script]);
  const volumes = 'VOLUME ["/data", "/new"]';
  await box.ok(["commit", "-c", volumes, "base", "with-volumes"]);
  await box.ok(["commit", "base", "plain"]);
  await box.ok("rm base");
}

const lines = (text: string) => text.trim().split("\n").filter(Boolean);
const volumes = async (box: Box) => lines(await box.ok("volume ls -q"));
const listing = "cd /data; stat -c '%n %u %g %a %h' . f sub/hard; readlink soft; cat f";
const listed = [". 7 8 2750 3", "f 5 6 4755 2", "sub/hard 5 6 4755 2", "f", "hi"];

boxTest("an empty volume gets what the image has in its place, once", async (box) => {
  await imageWithVolumes(box);
  const run = (...args: string[]) => box.ok(["run", "--rm", ...args]);
  deepEqual(lines(await run("-v", "vol:/data", "plain", "sh", "-c", listing)), listed);
  const data = `${box.root}/volumes/vol/_data`;
  equal(await Deno.readTextFile(`${data}/f`), "hi\n");
  await run("-v", "vol:/data", "plain", "sh", "-c", "rm -r /data/*; echo mine > /data/mine");
  equal(await run("-v", "vol:/data", "plain", "ls", "/data"), "mine");
  equal(await run("-v", "none:/data:nocopy", "plain", "ls", "-A", "/data"), "");
  const mount = "type=volume,src=none2,dst=/data,volume-nocopy";
  equal(await run("--mount", mount, "plain", "ls", "-A", "/data"), "");
  // A link of the image is resolved inside the image.
  equal(await run("-v", "linked:/link", "plain", "cat", "/real/g"), "linked");
  equal(await run("-v", "outside:/outside", "plain", "cat", "/real/g"), "linked");
  equal(await Deno.readTextFile(`${box.root}/volumes/outside/_data/g`), "linked\n");
  // The container's own files lie on what is mounted in /etc.
  const hosts = await run("-v", "etc:/etc", "plain", "sh", "-c", "cat /etc/passwd /etc/hosts");
  match(hosts, /^root:.*localhost/s);
  deepEqual(await volumes(box), ["etc", "linked", "none", "none2", "outside", "vol"]);
});

boxTest(
  "anonymous volumes are those of the image and of -v, and go with --rm and rm -v",
  async (box) => {
    await imageWithVolumes(box);
    const id = lines(await box.ok("create --name c1 -v /mine -v named:/new with-volumes sh"))[0];
    const mounts = JSON.parse(await box.ok(["inspect", "-f", "{{json .Mounts}}", "c1"]));
    const at = (destination: string) =>
      mounts.find(({ Destination }: { Destination: string }) => Destination === destination);
    deepEqual(at("/new"), {
      Type: "volume",
      Name: "named",
      Source: `${box.root}/volumes/named/_data`,
      Destination: "/new",
      Driver: "local",
      Mode: "z",
      RW: true,
      Propagation: "",
    });
    match(at("/data").Name, /^[a-f0-9]{64}$/);
    match(at("/mine").Name, /^[a-f0-9]{64}$/);
    equal(at("/mine").Mode, "");
    equal(await Deno.readTextFile(`${at("/data").Source}/f`), "hi\n");
    const rows = await box.ok(["ps", "-a", "--format", "{{.LocalVolumes}} {{.Mounts}}"]);
    match(rows, /^3 .*named/);
    equal(await box.ok(["ps", "-aq", "--no-trunc", "--filter", "volume=named"]), id);
    equal(await box.ok(["ps", "-aq", "--filter", "volume=nosuch"]), "");

    await box.fail(
      "volume rm named",
      1,
      new RegExp(`^Error response from daemon: remove named: volume is in use - \\[${id}\\]\n$`),
    );
    // What another container uses, too, stays until that goes.
    await box.ok("create --name c2 --volumes-from c1:ro with-volumes true");
    const borrowed = JSON.parse(await box.ok(["inspect", "-f", "{{json .Mounts}}", "c2"]));
    deepEqual(borrowed.map(({ RW }: { RW: boolean }) => RW), [false, false, false]);
    await box.ok("rm -v c1");
    equal((await volumes(box)).length, 3);
    await box.ok("rm -v c2");
    deepEqual(await volumes(box), ["named"]);

    await box.ok("run --rm -v /x with-volumes true");
    await box.fail("run --rm -v /x with-volumes nosuch", 127, /not found/);
    deepEqual(await volumes(box), ["named"]);
    await box.ok("run --name kept with-volumes true");
    await box.ok("rm kept");
    equal((await volumes(box)).length, 3);
    equal(lines(await box.ok("volume ls -q -f dangling=true")).length, 3);
    const pruned = lines(await box.ok("volume prune -f"));
    equal(pruned.length, 5);
    equal(pruned.at(-1), "Total reclaimed space: 4B");
    deepEqual(await volumes(box), []);
  },
);

boxTest("what is in a volume is in no image and in no diff, and cp sees it", async (box) => {
  await box.busybox();
  await box.ok(["run", "--name", "cc", "-v", "vol:/v", "busybox", "sh", "-c", "echo in > /v/f"]);
  equal(await box.ok("diff cc"), "A /v");
  await box.ok("commit cc image");
  equal(await box.ok("run --rm image ls -A /v"), "");
  await Deno.writeTextFile(`${box.temp}/new`, "new\n");
  await box.ok("cp new cc:/v/new");
  equal(await Deno.readTextFile(`${box.root}/volumes/vol/_data/new`), "new\n");
  await box.ok("run -d --name live -v vol:/v:ro busybox sleep 1000");
  await box.ok("cp live:/v/new copied");
  equal(await Deno.readTextFile(`${box.temp}/copied`), "new\n");
  await box.fail("cp new live:/v/no", 1, /mounted volume is marked read-only/);
  await box.ok("rm -f live cc");
  // A path in the volume, also where the volume's owner lays traps.
  const subpath = (path: string) => `type=volume,src=vol,dst=/s,volume-subpath=${path}`;
  await box.ok(
    "run --rm -v vol:/v busybox sh -c".split(" ").concat(
      "mkdir -p /v/a/b; echo sub > /v/a/b/f; ln -s ../../../../../etc /v/escape",
    ),
  );
  equal(
    await box.ok(["run", "--rm", "--mount", subpath("a/b"), "busybox", "cat", "/s/f"]),
    "sub",
  );
  await box.fail(
    ["run", "--rm", "--mount", subpath("escape"), "busybox", "true"],
    125,
    /cannot access path escape/,
  );
  await box.fail(
    ["run", "--rm", "--mount", subpath("../x"), "busybox", "true"],
    125,
    /must be a relative path/,
  );
});

boxTest("a volume with options is mounted while containers use it", async (box) => {
  await box.busybox();
  const options = "-o type=tmpfs -o device=tmpfs -o o=size=1m,nosuid";
  await box.ok(`volume create ${options} --label a=b scratch`);
  const data = `${box.root}/volumes/scratch/_data`;
  const isMounted = async () => (await Deno.readTextFile("/proc/self/mountinfo")).includes(data);
  await box.ok([
    "run",
    "-d",
    "--name",
    "one",
    "-v",
    "scratch:/s",
    "busybox",
    "sh",
    "-c",
    "echo x > /s/f; sleep 1000",
  ]);
  await eventually(
    "the file is there",
    async () => (await box.run("exec one cat /s/f")).stdout === "x\n",
  );
  equal(await box.ok("run --rm -v scratch:/s busybox cat /s/f"), "x");
  equal(await isMounted(), true);
  match(await box.ok("exec one grep /s /proc/mounts"), /tmpfs .*nosuid.*size=1024k/);
  await box.ok("cp one:/s/f -");
  await box.ok("rm -f one");
  equal(await isMounted(), false);
  await Deno.mkdir(`${box.temp}/host`);
  await Deno.writeTextFile(`${box.temp}/host/h`, "host\n");
  await box.ok([
    "volume",
    "create",
    "-o",
    "type=none",
    "-o",
    "o=bind,ro",
    "-o",
    `device=${box.temp}/host`,
    "bound",
  ]);
  equal(await box.ok("run --name bb -v bound:/b busybox cat /b/h"), "host");
  await box.fail("run --rm -v bound:/b busybox touch /b/x", 1, /Read-only/);
  await box.ok("cp bb:/b/h -");
  await box.ok("rm bb");
  await box.ok("volume rm bound");
  equal(await Deno.readTextFile(`${box.temp}/host/h`), "host\n");
  // Docker neither prunes nor measures what is not its own.
  equal(await box.ok("volume prune -f"), "Total reclaimed space: 0B");
  deepEqual(await volumes(box), ["scratch"]);
  await box.ok("volume create -o type=nosuchfs -o device=x bad");
  const message =
    `box: Error response from daemon: error while mounting volume '${box.root}/volumes/bad/_data': ` +
    `failed to mount local volume: mount x:${box.root}/volumes/bad/_data: no such device.\n`;
  const refused = await box.run("run --rm -v bad:/b busybox true");
  deepEqual([refused.code, refused.stderr], [125, message]);
});

boxTest("a damaged volume can be seen and removed, and does not hide others", async (box) => {
  await box.busybox();
  await box.ok("volume create --label a=b whole");
  await box.ok("volume create --label a=b half");
  const path = `${box.root}/volumes/half/volume.json`;
  const text = await Deno.readTextFile(path);
  await Deno.writeTextFile(path, text.slice(0, text.length / 2));
  const list = await box.run("volume ls -q");
  deepEqual([list.code, list.stdout], [0, "half\nwhole\n"]);
  match(list.stderr, /WARNING: .*half\/volume\.json is not valid JSON/);
  await box.fail("volume inspect half", 1, /half\/volume\.json is not valid JSON/);
  equal(await box.ok("run --rm -v half:/h busybox ls /h"), "");
  // One that dockerd made has neither labels nor options here.
  await Deno.mkdir(`${box.root}/volumes/dockers/_data`, { recursive: true });
  await Deno.writeTextFile(`${box.root}/volumes/metadata.db`, "");
  const [found] = JSON.parse(await box.ok("volume inspect dockers"));
  deepEqual([found.Labels, found.Options, found.Scope], [null, null, "local"]);
  await box.ok("volume rm half dockers whole");
  // Whether a damaged container uses a volume cannot be told.
  await box.ok("create --name cc -v vol:/v busybox true");
  const id = (await box.ok("ps -aq --no-trunc")).trim();
  await Deno.writeTextFile(`${box.root}/containers/${id}/config.v2.json`, "{");
  await box.fail("volume rm vol", 1, /whether it is in use cannot be told/);
  match((await box.run("volume prune -f")).stderr, /config\.v2\.json is not valid JSON/);
  deepEqual(await volumes(box), ["vol"]);
  await box.ok("rm -f cc");
  await box.ok("volume rm vol");
});

boxTest("volumes survive box being killed at any moment", async (box) => {
  await imageWithVolumes(box);
  const before = await volumes(box);
  for (let delay = 20; delay < 260; delay += 20) {
    const process = box.spawn("run --rm -v /x -v kept:/data with-volumes true");
    await new Promise((resolve) => setTimeout(resolve, delay));
    process.kill("SIGKILL");
    await process.wait(10_000);
  }
  // The next command that writes clears away what is left of containers; their anonymous volumes with them.
  await box.ok("run --rm busybox true");
  const containers = lines(await box.ok("ps -aq"));
  if (containers.length > 0) await box.ok(["rm", "-fv", ...containers]);
  const after = (await volumes(box)).filter((name) => name !== "kept");
  deepEqual(after, before);
  await box.ok("volume rm -f kept");
});

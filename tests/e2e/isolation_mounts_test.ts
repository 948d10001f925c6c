/** Mounts whose targets are links, or become links meanwhile: they stay inside the container, and off /proc. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { assertTidy, type Box, boxTest, eventually, onlyLine } from "./harness.ts";
import { changedBusybox, Outside } from "./isolation/containers.ts";

/** A busybox with links that lead everywhere, a directory to mount, and one that nobody is to touch. */
async function prepare(box: Box): Promise<{ source: string; outside: Outside }> {
  const source = `${box.temp}/source`, outside = await Outside.make(box);
  await Deno.mkdir(source);
  await Deno.writeTextFile(`${source}/mark`, "mounted\n");
  const links = {
    "to-tmp": "/tmp",
    "to-root": "/",
    "to-absolute": outside.path,
    "to-relative": "../".repeat(12) + outside.path.slice(1),
    "to-nowhere": "/nowhere/at/all",
    "to-itself": "to-itself",
    "to-proc": "/proc",
    "to-proc-root": "/proc/self/root",
    "to-proc-cwd": "/proc/self/cwd",
    "to-leaked": `/proc/self/fd/9${outside.path}`,
    "to-leaked-up": `/proc/self/fd/9/../../../../../..${outside.path}`,
  };
  const made = Object.entries(links).map(([name, target]) => `ln -s ${target} ${name}`);
  await changedBusybox(box, "links", made.join("; "));
  return { source, outside };
}

/** Where the source is mounted in a container, as that sees it. */
const where = "grep /source /proc/self/mountinfo | cut -d' ' -f5";

boxTest("a mount's target is looked up inside the root (CVE-2021-30465)", async (box) => {
  const { source, outside } = await prepare(box);
  const table: [target: string, mounted: string | RegExp][] = [
    ["/to-tmp/new", "/tmp/new"],
    ["/to-tmp", "/tmp"],
    ["/to-root/made", "/made"],
    ["/new/deep/below", "/new/deep/below"],
    ["/bin/../made/../new", "/new"],
    ["/to-relative", /open mount point \/to-relative: no such file or directory/],
    ["/to-absolute", /open mount point \/to-absolute: no such file or directory/],
    ["/to-absolute/canary", /open mount point \/to-absolute\/canary: no such file or directory/],
    ["/to-nowhere", /no such file or directory/],
    ["/to-itself", /too many levels of symbolic links/],
    ["/to-proc", /invalid cross-device link/],
    ["/to-proc/sys", /invalid cross-device link/],
    ["/to-proc/self/attr", /invalid cross-device link/],
    ["/to-proc-root/tmp/x", /invalid cross-device link/],
    ["/to-proc-cwd/tmp/x", /invalid cross-device link/],
    ["/proc", /"\/proc" cannot be mounted because it is inside \/proc/],
    ["/proc/self/attr", /"\/proc\/self\/attr" cannot be mounted because it is inside \/proc/],
    ["/proc/sys/kernel", /cannot be mounted because it is inside \/proc/],
    ["/tmp/../proc/sys", /cannot be mounted because it is inside \/proc/],
  ];
  for (const [target, mounted] of table) {
    const command = ["run", "--rm", "-v", `${source}:${target}`, "links", "sh", "-c", where];
    const { code, stdout, stderr } = await box.run(command);
    if (typeof mounted === "string") deepEqual([code, stdout], [0, `${mounted}\n`], stderr);
    else {
      equal(code, 125, `${target}: ${stdout}${stderr}`);
      match(onlyLine(stderr), mounted);
    }
    await outside.assertUntouched();
    assertTidy(box.root);
  }
});

boxTest("a link to a descriptor of box's caller makes nothing on the host", async (box) => {
  const { source, outside } = await prepare(box);
  for (const link of ["to-leaked", "to-leaked-up"]) {
    const options = [
      `-v ${source}:/${link}/directory`,
      `-v ${source}/mark:/${link}/file`,
      `--tmpfs /${link}/tmpfs`,
      `-w /${link}/work`,
    ];
    for (const option of options) {
      const output = await box.shell(`exec 9</; box run --rm ${option} links true 2>&1; echo $?`);
      match(output, /\n125$/);
      await outside.assertUntouched();
    }
  }
});

boxTest("a link in a volume leads no mount onto /proc (CVE-2019-19921)", async (box) => {
  const { source, outside } = await prepare(box);
  const volume = `${box.temp}/volume`;
  await Deno.mkdir(volume);
  await Deno.symlink("/proc", `${volume}/to-proc`);
  await Deno.symlink("/proc/self/root", `${volume}/to-root`);
  await Deno.symlink(outside.path, `${volume}/to-outside`);
  const table: [target: string, message: RegExp][] = [
    ["to-proc/sys", /mount on \/v\/to-proc\/sys, which leads into \/proc: operation not permitted/],
    ["to-proc/self/attr", /which leads into \/proc: operation not permitted/],
    ["to-proc", /which leads into \/proc: operation not permitted/],
    ["to-root/tmp", /open mount point \/v\/to-root\/tmp: too many levels of symbolic links/],
    ["to-outside/x", /open mount point \/v\/to-outside\/x: no such file or directory/],
  ];
  for (const [target, message] of table) {
    for (const mount of [["-v", `${source}:/v/${target}`], ["--tmpfs", `/v/${target}`]]) {
      const command = ["run", "--rm", "-v", `${volume}:/v`, ...mount, "links", "sh", "-c", where];
      const { code, stdout, stderr } = await box.run(command);
      deepEqual([code, stdout], [125, ""], stderr);
      match(onlyLine(stderr), message);
      await outside.assertUntouched();
    }
  }
  // A real directory of the volume is made where it is missing, and only there.
  const nested = ["-v", `${volume}:/v`, "-v", `${source}:/v/made/here`];
  equal(await box.ok(["run", "--rm", ...nested, "links", "cat", "/v/made/here/mark"]), "mounted");
  deepEqual([...Deno.readDirSync(`${volume}/made`)].map(({ name }) => name), ["here"]);
  deepEqual([...Deno.readDirSync(`${volume}/made/here`)], []);
});

boxTest(
  "a container that swaps links in a volume gets no mount of another's elsewhere",
  async (box) => {
    const { source, outside } = await prepare(box);
    const volume = `${box.temp}/volume`;
    await Deno.mkdir(`${volume}/real`, { recursive: true });
    const swap = `cd /v; ln -s /proc proc; ln -s ${outside.path} out; ln -s / root; mv real d
    while :; do for link in proc out root; do
      mv d real; mv $link d; mv d $link; mv real d
    done; done 2>/dev/null`;
    const racer = box.spawn(["run", "--rm", "-v", `${volume}:/v`, "links", "sh", "-c", swap]);
    await eventually(
      "the links are swapped",
      () => Deno.lstat(`${volume}/out`).then(() => true, () => false),
    );
    const expected = /^(\/v(\/(d|real|proc|out|root))+|)\/sub$/; // moved into each other, in the volume
    let started = 0;
    for (let round = 0; round < 40; round++) {
      const mounts = ["-v", `${volume}:/v`, "-v", `${source}:/v/d/sub`];
      const command = ["run", "--rm", ...mounts, "links", "sh", "-c", where];
      const { code, stdout, stderr } = await box.run(command);
      if (code === 0) {
        // A mv that copies to another file system removes the directory then, and the mount goes with it.
        const places = stdout.split("\n").filter(Boolean);
        if (places.length > 0) started++;
        for (const place of places) match(place, expected);
      } else {
        equal(code, 125, stderr);
        match(onlyLine(stderr), /unable to start container process: (open mount point|mount on) /);
      }
      await outside.assertUntouched();
    }
    match(await box.ok("ps -q"), /^[0-9a-f]{12}$/); // it has raced to the end
    racer.kill("SIGKILL");
    await racer.wait();
    ok(started > 0, "no container could be started at all");
    equal(await Deno.readTextFile(`${source}/mark`), "mounted\n");
  },
);

boxTest("what a container makes in its mounts is not more than it is given", async (box) => {
  const { source, outside } = await prepare(box);
  const attempts = [
    ["-v", `${source}:/v:ro`, "touch /v/new"],
    ["-v", `${source}:/v:ro`, "mount -o remount,rw,bind /v && touch /v/new"],
    ["-v", `${source}/mark:/mark:ro`, "echo spoilt > /mark"],
    ["-v", `${source}:/v`, `umount /v && echo x > /v/../..${outside.path}/canary`],
    ["-v", `${source}:/v`, `cat /v/../../../../..${outside.path}/canary`],
    ["-v", `${source}:/v`, `ln -s ${outside.path} /v/link; cat /v/link/canary`],
    ["-v", `${source}:/v`, `ln /etc/hosts /v/hard`],
  ];
  for (const [option, mount, script] of attempts) {
    const { code } = await box.run(["run", "--rm", option, mount, "links", "sh", "-c", script]);
    ok(code !== 0, script);
    await outside.assertUntouched();
    equal(await Deno.readTextFile(`${source}/mark`), "mounted\n");
  }
});

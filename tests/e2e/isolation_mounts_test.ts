/** Mounts whose targets are links, or become links meanwhile: they stay inside the container, and off /proc. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { assertTidy, type Box, boxTest, busyboxTar, onlyLine, run } from "./harness.ts";

/** A busybox with links that lead everywhere, a directory to mount, and one that nobody is to touch. */
async function prepare(box: Box): Promise<{ source: string; outside: string }> {
  const root = `${box.temp}/rootfs`, source = `${box.temp}/source`, outside = `${box.temp}/outside`;
  const links = {
    "to-tmp": "/tmp",
    "to-root": "/",
    absolute: outside,
    relative: "../".repeat(12) + outside.slice(1),
    dangling: "/nowhere/at/all",
    loop: "loop",
    "to-proc": "/proc",
    "to-proc-root": "/proc/self/root",
    "to-proc-cwd": "/proc/self/cwd",
    leaked: `/proc/self/fd/9${outside}`,
    "leaked-up": `/proc/self/fd/9/../../../../../..${outside}`,
  };
  const made = Object.entries(links).map(([name, target]) => `ln -s ${target} ${root}/${name}`);
  const { code, stderr } = await run([
    "sh",
    "-ec",
    `mkdir ${root} ${source} ${outside}; echo mounted > ${source}/mark; echo canary > ${outside}/canary
     tar -xf ${await busyboxTar()} -C ${root}; ${
      made.join("; ")
    }; tar -C ${root} -cf ${root}.tar .`,
  ]);
  equal(code, 0, stderr);
  await box.ok(["import", `${root}.tar`, "links"]);
  return { source, outside };
}

async function assertUntouched(outside: string): Promise<void> {
  deepEqual([...Deno.readDirSync(outside)].map(({ name }) => name), ["canary"]);
  equal(await Deno.readTextFile(`${outside}/canary`), "canary\n");
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
    ["/relative", /open mount point \/relative: no such file or directory/],
    ["/absolute", /open mount point \/absolute: no such file or directory/],
    ["/absolute/canary", /open mount point \/absolute\/canary: no such file or directory/],
    ["/dangling", /no such file or directory/],
    ["/loop", /too many levels of symbolic links/],
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
    await assertUntouched(outside);
    assertTidy(box.root);
  }
});

boxTest("a link to a descriptor of box's caller makes nothing on the host", async (box) => {
  const { source, outside } = await prepare(box);
  const file = `${source}/mark`;
  for (const link of ["leaked", "leaked-up"]) {
    for (
      const mount of [`-v ${source}:/${link}/made`, `-v ${file}:/${link}/file`, `-w /${link}/dir`]
    ) {
      const output = await box.shell(`exec 9</; box run --rm ${mount} links true 2>&1; echo $?`);
      match(output, /\n125$/);
      await assertUntouched(outside);
    }
    const tmpfs = await box.shell(
      `exec 9</; box run --rm --tmpfs /${link}/t links true 2>&1; echo $?`,
    );
    match(tmpfs, /\n125$/);
    await assertUntouched(outside);
  }
});

boxTest("a link in a volume leads no mount onto /proc (CVE-2019-19921)", async (box) => {
  const { source, outside } = await prepare(box);
  const volume = `${box.temp}/volume`;
  await Deno.mkdir(volume);
  await Deno.symlink("/proc", `${volume}/to-proc`);
  await Deno.symlink("/proc/self/root", `${volume}/to-root`);
  await Deno.symlink(outside, `${volume}/to-outside`);
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
      await assertUntouched(outside);
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
    const swap = `cd /v; ln -s /proc proc; ln -s ${outside} out; ln -s / root; mv real d
    while :; do for link in proc out root; do
      mv d real; mv $link d; mv d $link; mv real d
    done; done 2>/dev/null`;
    const racer = box.spawn(["run", "--rm", "-v", `${volume}:/v`, "links", "sh", "-c", swap]);
    const expected = /^(\/v\/(d|real|proc|out|root)|)\/sub$/;
    let started = 0;
    for (let round = 0; round < 40; round++) {
      const mounts = ["-v", `${volume}:/v`, "-v", `${source}:/v/d/sub`];
      const { code, stdout, stderr } = await box.run([
        "run",
        "--rm",
        ...mounts,
        "links",
        "sh",
        "-c",
        where,
      ]);
      if (code === 0) {
        started++;
        for (const place of stdout.trim().split("\n")) match(place, expected);
      } else {
        equal(code, 125, stderr);
        match(onlyLine(stderr), /unable to start container process: (open mount point|mount on) /);
      }
      await assertUntouched(outside);
    }
    ok(racer.stderr === "", racer.stderr);
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
    ["-v", `${source}:/v`, `umount /v && echo x > /v/../..${outside}/canary`],
    ["-v", `${source}:/v`, `cat /v/../../../../..${outside}/canary`],
    ["-v", `${source}:/v`, `ln -s ${outside} /v/link; cat /v/link/canary`],
    ["-v", `${source}:/v`, `ln /etc/hosts /v/hard`],
  ];
  for (const [option, mount, script] of attempts) {
    const { code } = await box.run(["run", "--rm", option, mount, "links", "sh", "-c", script]);
    ok(code !== 0, script);
    await assertUntouched(outside);
    equal(await Deno.readTextFile(`${source}/mark`), "mounted\n");
  }
});

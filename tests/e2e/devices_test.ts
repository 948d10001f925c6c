/** Devices: a container can make any node, but use only those that it was given. */
import { equal, match } from "node:assert/strict";
import { idle, runBeside } from "./containers/running.ts";
import { type Box, boxTest, needs, run, skipUnless } from "./harness.ts";

/** A device that the kernel always has, that any process with the right to the file can open, and that no container has by itself. */
const DEVICE = "/dev/cpu_dma_latency";

/** `MAJOR MINOR` */
async function numberOfDevice(): Promise<string> {
  const { stdout } = await run(["stat", "-c", "%t %T", DEVICE]);
  return stdout.trim().split(" ").map((hex) => parseInt(hex, 16)).join(" ");
}

/** Runs a script in a container; returns what it prints, errors included. */
async function print(box: Box, options: readonly string[], script: string): Promise<string> {
  const command = ["busybox", "sh", "-c", `exec 2>&1; ${script}`];
  return (await box.run(["run", "--rm", ...options, ...command])).stdout;
}

/** A script that says which of reading, writing, and both a device allows. */
const tryAll = (path: string) =>
  `(: <${path}) 2>/dev/null && echo r; (: >>${path}) 2>/dev/null && echo w; ` +
  `(: <>${path}) 2>/dev/null && echo rw`;

boxTest("devices of the host can be made in a container, but not opened", async (box) => {
  await box.busybox();
  const script = `mknod /tmp/other c ${await numberOfDevice()} && mknod /tmp/disk b 7 0 && echo made
    (: </tmp/other); (: </tmp/disk)
    mknod /tmp/null c 1 3 && (: <>/tmp/null) && (: >/dev/null)
    head -c 3 /dev/zero | wc -c; head -c 4 /dev/urandom | wc -c; ls /dev`;
  equal(
    await print(box, [], script),
    "made\n" +
      "sh: can't open /tmp/other: Operation not permitted\n" +
      "sh: can't open /tmp/disk: Operation not permitted\n" +
      "3\n4\nfd\nfull\nmqueue\nnull\nptmx\npts\nrandom\nshm\nstderr\nstdin\nstdout\ntty\nurandom\nzero\n",
  );
});

boxTest("a process that joins a container has its devices, and no others", async (box) => {
  await box.busybox();
  await runBeside(box, "--name it", `mknod /tmp/node c ${await numberOfDevice()}; ${idle}`);
  for (const options of [[], ["--privileged"]]) {
    const open = ["exec", ...options, "it", "sh", "-c", ": </tmp/node"];
    await box.fail(open, 1, /can't open \/tmp\/node: Operation not permitted/);
  }
});

boxTest("--device gives a device, with the rights that are asked for", async (box) => {
  await box.busybox();
  const cases: [option: string, path: string, allowed: string][] = [
    [DEVICE, DEVICE, "r\nw\nrw\n"],
    [`${DEVICE}:/dev/sub/directory/mine:r`, "/dev/sub/directory/mine", "r\n"],
    [`${DEVICE}:w`, DEVICE, "w\n"],
    [`${DEVICE}:/mine:m`, "/mine", ""],
  ];
  for (const [option, path, allowed] of cases) {
    equal(await print(box, ["--device", option], tryAll(path)), allowed, option);
  }
  const { stdout: own } = await run(["stat", "-c", "%a %u:%g %t:%T", DEVICE]);
  equal(await print(box, ["--device", DEVICE], `stat -c '%a %u:%g %t:%T' ${DEVICE}`), own);
  match(
    await print(box, ["--device", "/dev/null:/dev/null:r"], tryAll("/dev/null")),
    /^r\nw\nrw\n$/,
  );
});

boxTest("--device-cgroup-rule allows devices that have no node yet", async (box) => {
  await box.busybox();
  const [major, minor] = (await numberOfDevice()).split(" ");
  const script = `mknod /tmp/node c ${major} ${minor}; ${tryAll("/tmp/node")}`;
  const rule = (text: string) => ["--device-cgroup-rule", text];
  equal(await print(box, rule(`c ${major}:* rwm`), script), "r\nw\nrw\n");
  equal(await print(box, [...rule(`c ${major}:${minor} r`), ...rule("b *:* w")], script), "r\n");
});

const unified = "/sys/fs/cgroup/unified", controller = "/sys/fs/cgroup/devices";

boxTest("the devices controller of cgroup v1 does the same", {
  needs: [needs.program("unshare")],
}, async (box) => {
  const mounts = Deno.readTextFileSync("/proc/self/mountinfo");
  skipUnless(
    [unified, controller].every((path) => mounts.includes(` ${path} `)),
    "not both versions of cgroups here",
  );
  await box.busybox();
  const script = `mknod /tmp/node c ${await numberOfDevice()}; ${tryAll("/tmp/node")}; ` +
    `${tryAll("/dev/null")}; ${tryAll(DEVICE)}`;
  const args = ["run", "--rm", "--device", `${DEVICE}:r`, "busybox", "sh", "-c", script];
  const withoutV2 = ["unshare", "--mount", "sh", "-c", `umount ${unified} && exec "$@"`, "sh"];
  const { stdout } = await run([...withoutV2, ...box.commandLine(args)], box.defaults);
  equal(stdout, "r\nr\nw\nrw\nr\n");
});

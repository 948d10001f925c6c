/** Images in which nothing is what box expects: links and files in place of directories, and odd accounts. */
import { deepEqual, equal, match } from "node:assert/strict";
import { assertTidy, type Box, boxTest, busyboxTar, onlyLine, sample } from "./harness.ts";
import { changedBusybox, Outside } from "./isolation/containers.ts";

/** Hostile images, one after another. */
class HostileImages {
  private constructor(private readonly box: Box, private readonly canary: Outside) {}

  static async make(box: Box): Promise<HostileImages> {
    return new HostileImages(box, await Outside.make(box));
  }

  /** A directory of the host for their links to lead to. */
  get outside(): string {
    return this.canary.path;
  }

  async build(script: string): Promise<void> {
    await changedBusybox(this.box, "hostile", script);
  }

  /** Runs a script in a container of it, which works, or is refused in one line; and nothing outside is touched. */
  async run(script: string, ...options: string[]): Promise<{ code: number; output: string }> {
    const command = ["run", "--rm", ...options, "hostile", "sh", "-c", script];
    const { code, stdout, stderr } = await this.box.run(command, { timeout: 20_000 });
    if (code === 125) match(onlyLine(stderr), /^box: Error response from daemon: .+/);
    await this.canary.assertUntouched();
    assertTidy(this.box.root);
    deepEqual([...Deno.readDirSync(`${this.box.root}/containers`)], []);
    return { code, output: stdout + stderr };
  }
}

/** Shell commands that put something else in the place of these paths, the same for all of them. */
function replacements(outside: string, ...paths: string[]): string[] {
  const up = "../".repeat(12);
  const ways: ((path: string) => string)[] = [
    (path) => `ln -s ${outside} ${path}`,
    (path) => `ln -s ${up}${outside.slice(1)} ${path}`,
    (path) => `ln -s /nowhere/at/all ${path}`,
    (path) => `ln -s / ${path}`,
    (path) => `ln -s /proc/self/root ${path}`,
    (path) => `ln -s ${path.split("/").at(-1)} ${path}`,
    (path) => `echo file > ${path}`,
    (path) => `mkfifo ${path}`,
    () => "true", // not there at all
  ];
  return sample(ways).map((way) => paths.map((path) => `rm -rf ${path}; ${way(path)}`).join("; "));
}

boxTest("/proc, /sys and /dev are fresh, whatever the image has there", async (box) => {
  const images = await HostileImages.make(box);
  const script =
    "grep -c ' /proc proc \\| /sys sysfs \\| /dev tmpfs ' /proc/mounts; ls -l /dev/null";
  for (const replacement of replacements(images.outside, "proc", "sys", "dev")) {
    await images.build(replacement);
    const { code, output } = await images.run(script);
    equal(code, 0, `${replacement}\n${output}`);
    match(output, /^3\ncrw-rw-rw- .* 1, +3 /, replacement);
  }
});

boxTest("what lies below /dev in the image is not seen", async (box) => {
  const images = await HostileImages.make(box);
  const replaced = ["null", "pts", "shm", "console", "mqueue", "fd"].map((name) =>
    `ln -s ${images.outside} dev/${name}`
  );
  await images.build(replaced.join("; "));
  const script = "echo lost > /dev/null; ls -l /dev/null /dev/fd; echo x > /dev/shm/x; ls /dev/pts";
  const { code, output } = await images.run(script);
  equal(code, 0, output);
  match(output, /\/dev\/fd -> \/proc\/self\/fd[^]*crw-rw-rw-.*\/dev\/null\nptmx$/m);
});

boxTest(
  "the files of /etc that box mounts are its own, whatever the image has there",
  async (box) => {
    const images = await HostileImages.make(box);
    const script = "cat /etc/hosts; cat /etc/hostname";
    const files = ["etc/hosts", "etc/hostname", "etc/resolv.conf", "etc/mtab"];
    for (const replacement of replacements(images.outside, ...files)) {
      await images.build(replacement);
      const { code, output } = await images.run(script, "-h", "chosen");
      equal(code, 0, `${replacement}\n${output}`);
      match(output, /localhost\n[^]*chosen\n/, replacement);
    }
    for (const replacement of replacements(images.outside, "etc")) {
      await images.build(replacement);
      const { code, output } = await images.run(script, "-h", "chosen");
      if (code === 0) match(output, /localhost\n[^]*chosen\n/, replacement);
      else equal(code, 125, `${replacement}\n${output}`);
    }
  },
);

boxTest("a working directory is made inside the root, or refused", async (box) => {
  const images = await HostileImages.make(box);
  for (const replacement of replacements(images.outside, "place")) {
    await images.build(replacement);
    const { code, output } = await images.run("pwd -P", "-w", "/place/deeper");
    if (code === 0) match(output, /^\/(place\/)?deeper\n$/);
    else match(output, /change to the working directory \/place\/deeper: /);
  }
});

boxTest(
  "accounts are read from an ordinary file in the image, of an ordinary size",
  async (box) => {
    const images = await HostileImages.make(box);
    const evil = "echo alice:x:0:0::/:/bin/sh";
    const table: [script: string, code: number, message: RegExp][] = [
      [`echo alice:x:5:6::/:/bin/sh > etc/passwd`, 0, /^uid=5\(alice\) gid=6/],
      [
        `rm etc/passwd; echo alice:x:5:6::/:/bin/sh > p; ln -s /p etc/passwd`,
        0,
        /^uid=5\(alice\) gid=6/,
      ],
      ["rm etc/passwd", 125, /unable to find user alice: no matching entries in passwd file/],
      [
        `rm etc/passwd; ${evil} > ${images.outside}.passwd; ln -s ${images.outside}.passwd etc/passwd`,
        125,
        /unable to find user alice: no matching entries in passwd file/,
      ],
      ["rm etc/passwd; ln -s passwd etc/passwd", 125, /unable to find user alice/],
      ["rm etc/passwd; ln -s /proc/self/environ etc/passwd", 125, /unable to find user alice/],
      ["rm etc/passwd; mkfifo etc/passwd", 125, /\/etc\/passwd is not a regular file/],
      ["rm etc/passwd; mkdir etc/passwd", 125, /\/etc\/passwd is not a regular file/],
      ["rm etc/passwd; mknod etc/passwd c 1 5", 125, /\/etc\/passwd is not a regular file/],
      ["rm etc/group; mkfifo etc/group", 125, /\/etc\/group is not a regular file/],
      ["truncate -s 100M etc/passwd", 125, /\/etc\/passwd is larger than 4 MiB/],
      ["head -c 3M /dev/urandom >> etc/passwd", 0, /^uid=1000\(/],
      ["echo alice:x:-1:0::/:/bin/sh > etc/passwd", 125, /unable to find user alice/],
      ["echo alice:x:4294967295:0::/:/bin/sh > etc/passwd", 125, /unable to find user alice/],
    ];
    for (const [script, code, message] of sample(table)) {
      await images.build(script);
      const result = await images.run("id", "-u", "alice");
      equal(result.code, code, `${script}\n${result.output}`);
      match(result.output, message, script);
    }
    // Without a user to be looked for, too: nothing hangs.
    await images.build("rm etc/passwd; mkfifo etc/passwd");
    match((await images.run("id")).output, /\/etc\/passwd is not a regular file/);
  },
);

boxTest("an image's configuration cannot ask for more than docker gives", async (box) => {
  await box.busybox();
  const changes = [
    ...[
      "-c",
      "WORKDIR /../../..",
      "-c",
      "ENV LD_PRELOAD=/x.so PATH=/bin",
      "-c",
      "USER 0:0",
      "-c",
      "EXPOSE 1-65535",
    ],
  ];
  await box.ok(["import", ...changes, await busyboxTar(), "hostile"]);
  const script = "pwd; cut -d' ' -f5 /proc/self/mountinfo; grep CapEff /proc/self/status";
  const output = await box.ok(["run", "--rm", "hostile", "sh", "-c", script]);
  match(output, /^\/\n/);
  match(output, /CapEff:\t00000000a80425fb$/);
  const volumes: [path: string, refusal: RegExp][] = [
    ["/proc", /"\/proc" cannot be mounted because it is inside \/proc/],
    ["/proc/sys", /"\/proc\/sys" cannot be mounted because it is inside \/proc/],
    ["/", /invalid specification: destination can't be '\/'/],
  ];
  for (const [path, refusal] of volumes) {
    await box.ok(["import", "-c", `VOLUME ${path}`, await busyboxTar(), "hostile"]);
    const stderr = await box.fail("run --rm hostile true", 125, refusal);
    onlyLine(stderr);
  }
});

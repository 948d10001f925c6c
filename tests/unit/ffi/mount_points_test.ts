import { equal } from "node:assert/strict";
import { showsWholeProc } from "../../../ffi/mount_points.ts";

const root = "20 1 8:1 / / rw - ext4 /dev/sda rw";
const proc = "22 20 0:21 / /proc rw,relatime - proc proc rw";

Deno.test("a /proc is whole on which nothing but an empty directory is covered", () => {
  const cases: readonly (readonly [whole: boolean, lines: readonly string[], why: string])[] = [
    [true, [root, proc], "nothing lies on it"],
    [true, [
      root,
      proc,
      "23 22 0:30 / /proc/sys/fs/binfmt_misc rw shared:9 - autofs systemd-1 rw",
      "24 23 0:31 / /proc/sys/fs/binfmt_misc rw - binfmt_misc binfmt_misc rw",
    ], "systemd's place for interpreters is empty"],
    [
      false,
      [root, proc, "23 22 0:21 /sys /proc/sys ro - proc proc rw"],
      "docker protects /proc/sys",
    ],
    [
      false,
      [root, proc, "23 22 0:5 /null /proc/kcore rw - devtmpfs udev rw"],
      "docker hides kcore",
    ],
    [true, [
      root,
      proc,
      "23 22 0:40 /proc/stat /proc/stat rw - fuse.lxcfs lxcfs rw",
      "24 20 0:41 / /dev/.lxc/proc rw - proc proc rw",
    ], "LXC has a whole one elsewhere"],
    [false, [root, "22 20 0:21 /sys /sysctl rw - proc proc rw"], "a part of one is none"],
    [false, [root], "there is none"],
  ];
  for (const [whole, lines, why] of cases) {
    equal(showsWholeProc(lines.join("\n") + "\n"), whole, why);
  }
});

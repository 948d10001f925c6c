/** What a container's processes can see and reach of the host: nothing. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { boxTest } from "./harness.ts";
import { inBusybox } from "./isolation/containers.ts";

boxTest("the host's processes cannot be seen, signalled or traced", async (box) => {
  await box.busybox();
  const listed = (await inBusybox(box, "ls /proc")).split("\n").filter((name) =>
    /^\d+$/.test(name)
  );
  ok(listed.every((pid) => Number(pid) < 10), listed.join(" "));
  const probe =
    `kill -0 ${Deno.pid} 2>&1; ls /proc/${Deno.pid} 2>&1; cat /proc/1/status | grep NSpid`;
  match(await inBusybox(box, probe), /No such process[^]*No such file[^]*NSpid:\s1$/);
  for (const kind of ["mnt", "pid", "uts", "ipc", "net", "cgroup"]) {
    const own = await Deno.readLink(`/proc/self/ns/${kind}`);
    ok(await inBusybox(box, `readlink /proc/self/ns/${kind}`) !== own, kind);
  }
  equal(await inBusybox(box, "grep -v ':/$' /proc/self/cgroup; true"), "");
});

boxTest("the host's abstract sockets are out of reach", async (box) => {
  await box.busybox();
  const name = `box-test-${crypto.randomUUID()}`;
  using _ = Deno.listen({ transport: "unix", path: `\0${name}` });
  const look = `grep -c ${name} /proc/net/unix; true`;
  equal(await inBusybox(box, look), "0");
  equal(await inBusybox(box, look, "--network", "host"), "1");
});

boxTest("of devices there are docker's, and none of the host's", async (box) => {
  await box.busybox();
  const devices = (await inBusybox(box, "cd /dev; find . ! -type d | sort")).split("\n");
  deepEqual(devices.map((path) => path.slice("./".length)), [
    ...["fd", "full", "null", "ptmx", "pts/ptmx", "random", "stderr", "stdin", "stdout", "tty"],
    ...["urandom", "zero"],
  ]);
  match(await inBusybox(box, "ls -l /dev/null"), /^crw-rw-rw- .* 1, +3 /);
});

boxTest("what the kernel tells of the host is hidden", async (box) => {
  await box.busybox();
  const hidden = ["/proc/acpi", "/proc/keys", "/proc/kcore", "/proc/timer_list", "/sys/firmware"];
  for (const path of hidden) {
    const look = `if [ -d ${path} ]; then ls -A ${path}; else cat ${path} 2>/dev/null; fi | wc -c`;
    equal(await inBusybox(box, look), "0", path);
  }
});

boxTest("nothing of the kernel can be changed, and nothing mounted", async (box) => {
  await box.busybox();
  const attempts = [
    "echo 1 > /proc/sys/vm/overcommit_memory",
    "echo x > /proc/irq/default_smp_affinity",
    "echo x > /sys/kernel/uevent_helper",
    "mkdir /sys/kernel/x",
    "mount -o remount,rw,bind /proc/sys",
    "umount /proc/keys",
    "mount -t tmpfs x /tmp",
    "mount -t proc x /tmp",
    "chroot /proc/1/root mount -t tmpfs x /tmp",
    "unshare -m true",
    "nsenter -t 1 -m true",
    "ip link add x type dummy",
    "hostname changed",
    "renice -5 1",
    "dmesg -c",
    "reboot -f",
  ];
  for (const attempt of attempts) {
    const { code, stderr } = await box.run(["run", "--rm", "busybox", "sh", "-c", attempt]);
    ok(code !== 0, attempt);
    match(stderr, /denied|not permitted|Read-only file system|No such file or directory/, attempt);
  }
});

boxTest("the host's mounts are not there", async (box) => {
  await box.busybox();
  const points = (await inBusybox(box, "cut -d' ' -f5 /proc/self/mountinfo")).split("\n");
  const outside = /^\/($|proc|sys|dev(\/(pts|mqueue|shm))?$|etc\/(hosts|hostname|resolv\.conf)$)/;
  deepEqual(points.filter((point) => !outside.test(point)), []);
  deepEqual(points.filter((point) => point === "/").length, 1);
  ok(!/x-mount|shared:/.test(await inBusybox(box, "cat /proc/self/mountinfo")));
});

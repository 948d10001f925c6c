import assert from "node:assert/strict";
import { describe } from "../../../../ffi/spawn/describe.ts";
import { CLONE } from "../../../../ffi/constants.ts";
import { SpawnProgram } from "../../../../ffi/spawn/program.ts";
import { capabilityMask, defaultCapabilities } from "../../../../runtime/sandbox/capabilities.ts";
import { type HostFacts, namespacesOf, planSandbox } from "../../../../runtime/sandbox/plan.ts";
import type { SandboxSpec } from "../../../../runtime/sandbox/spec.ts";

const spec: SandboxSpec = {
  rootfs: "/store/merged",
  readonlyRootfs: false,
  hostname: "box",
  domainname: "",
  network: "none",
  hostNamespaces: [],
  mounts: [],
  shmSize: 64 << 20,
  maskedPaths: ["/proc/keys", "/proc/scsi", "/proc/absent"],
  readonlyPaths: ["/proc/sys"],
  security: { capabilities: capabilityMask(defaultCapabilities), noNewPrivileges: false },
  user: { uid: 0, gid: 0, groups: [0], home: "/root" },
  workingDirectory: "/",
  argv: ["true"],
  env: ["PATH=/bin"],
  stdio: [10, 11, 12],
  init: false,
};

const host: HostFacts = {
  lastCapability: 40,
  kernelPaths: new Map([["/proc/keys", "file"], ["/proc/scsi", "directory"], [
    "/proc/sys",
    "directory",
  ]]),
};

function plan(changes: Partial<SandboxSpec> = {}, executionFds: number[] = []): string[] {
  const program = new SpawnProgram();
  planSandbox(program, { ...spec, ...changes }, host, executionFds);
  return describe(program);
}

const indexOf = (lines: string[], part: string) => {
  const index = lines.findLastIndex((line) => line.includes(part));
  assert.notEqual(index, -1, `no call with ${part} in:\n${lines.join("\n")}`);
  return index;
};

/** Asserts that calls with these parts come in this order. */
function assertOrder(lines: string[], ...parts: string[]) {
  const indexes = parts.map((part) => indexOf(lines, part));
  assert.deepEqual(indexes, indexes.toSorted((a, b) => a - b), parts.join(" < "));
}

Deno.test("descriptors are closed before the working directory is looked up (CVE-2024-21626)", () => {
  assertOrder(plan({ workingDirectory: "/work" }), "close_range(3", 'chdir("/work")');
});

Deno.test("the host's root is gone before anything of the container is mounted", () => {
  assertOrder(plan(), "pivot_root", "umount2", '"/proc", "proc"', '"/dev"');
});

Deno.test("the mount tree is cut off from the host's before anything else is mounted", () => {
  const lines = plan();
  assert.equal(
    lines.findIndex((line) => line.startsWith("mount(")),
    indexOf(lines, '"/", 0, 0x84000'),
  );
});

Deno.test("only paths that the host has are masked, files by /dev/null and directories by a tmpfs", () => {
  const lines = plan();
  indexOf(lines, 'mount("/dev/null", "/proc/keys"');
  indexOf(lines, 'mount("tmpfs", "/proc/scsi"');
  assert.equal(lines.some((line) => line.includes("/proc/absent")), false);
});

Deno.test("capabilities are dropped before the user changes, and the tie to box comes after (prctl(2))", () => {
  const lines = plan({ user: { uid: 1000, gid: 1000, groups: [1000], home: "/" } });
  assertOrder(
    lines,
    "prctl(0x18",
    "setgroups",
    "setresgid(0x3e8",
    "setresuid(0x3e8",
    "capset",
    "prctl(1, 9",
  );
});

Deno.test("all capabilities but docker's fourteen leave the bounding set", () => {
  const dropped = plan().filter((line) => line.startsWith("prctl(0x18"));
  assert.equal(dropped.length, 41 - 14);
});

Deno.test("a loopback interface is brought up only in a network namespace of its own", () => {
  indexOf(plan(), "ioctl(");
  assert.equal(plan({ network: "host" }).some((line) => line.startsWith("ioctl(")), false);
  assert.ok(namespacesOf(spec) & CLONE.NEWNET);
  assert.equal(namespacesOf({ ...spec, network: "host" }) & CLONE.NEWNET, 0);
});

Deno.test("a cgroup v1 is joined by writing, a cgroup namespace made afterwards", () => {
  const cgroup = {
    hierarchy: { version: 1 as const, mountPoint: "/sys/fs/cgroup/freezer" },
    fd: 20,
  };
  assertOrder(plan({ cgroup }), "write(0x14", "unshare(0x2000000)", "pivot_root");
});

Deno.test("a container is born in its cgroup v2, and sees it read-only", () => {
  const cgroup = { hierarchy: { version: 2 as const, mountPoint: "/sys/fs/cgroup" }, fd: 20 };
  const lines = plan({ cgroup });
  assert.equal(lines.some((line) => line.startsWith("write(")), false);
  assert.match(lines[indexOf(lines, '"cgroup2"')], /0xf\b/);
});

Deno.test("a mount may not cross into another one unless its place is in one", () => {
  const mount = { type: "bind" as const, kind: "directory" as const, treeFd: 30 };
  const NO_XDEV = 1;
  const resolveOf = (target: string, crossesMounts: boolean) => {
    const lines = plan({ mounts: [{ ...mount, target, crossesMounts }] });
    const how = /\[([^\]]*)\]/.exec(lines[indexOf(lines, "openat2")])![1].split(", ");
    return Number(how[2]);
  };
  assert.ok(resolveOf("/data", false) & NO_XDEV);
  assert.equal(resolveOf("/dev/shm", true) & NO_XDEV, 0);
});

Deno.test("a read-only root is made so after the mount points in it", () => {
  const mounts = [{
    type: "tmpfs" as const,
    target: "/t",
    crossesMounts: false,
    flags: 0,
    data: "size=1m",
  }];
  assertOrder(plan({ mounts, readonlyRootfs: true }), "move_mount", '"/", 0, 0x1021');
});

Deno.test("mount points are made where the kernel finds them inside the root, not by their paths", () => {
  const mount = { type: "bind" as const, treeFd: 30, crossesMounts: false };
  const lines = plan({
    mounts: [
      { ...mount, kind: "directory", target: "/a/b/c" },
      { ...mount, kind: "file", target: "/etc/f" },
    ],
  });
  // AT_FDCWD is the root here, and a name without a slash is never followed.
  const made = lines.filter((line) => /^(mkdirat|openat)\((?!-100, "\/)/.test(line));
  assert.deepEqual(made.map((line) => line.replace(/#\d+/, "#")), [
    'mkdirat(-100, "a", 0x1ed) error -> continue',
    'mkdirat(#, "b", 0x1ed) error -> continue',
    'mkdirat(#, "c", 0x1ed) error -> continue',
    'mkdirat(-100, "etc", 0x1ed) error -> continue',
    'openat(#, "f", 0xa00c1, 0x1a4) error -> continue',
  ]);
  const IN_ROOT_WITHOUT_MAGIC_LINKS = "0x12";
  for (const path of ["/a", "/a/b", "/etc"]) {
    const open = lines[indexOf(lines, `openat2(-100, "${path}", `)];
    assert.ok(open.includes(`, 0, ${IN_ROOT_WITHOUT_MAGIC_LINKS}]`), open);
  }
});

Deno.test("a mount inside another one is not to lead into /proc", () => {
  const mount = { type: "bind" as const, kind: "directory" as const, treeFd: 30 };
  const looks = (target: string, crossesMounts: boolean) =>
    plan({ mounts: [{ ...mount, target, crossesMounts }] })
      .filter((line) => line.startsWith("fstatfs")).length;
  assert.deepEqual(
    [looks("/volume/d", true), looks("/d", false), looks("/proc/cpuinfo", true)],
    [1, 0, 0],
  );
});

Deno.test("the session keyring of whoever started box is left", () => {
  assertOrder(plan(), "close_range", "keyctl(1, 0)", "setresuid");
});

Deno.test("of the descriptors only those for the execution stay open", () => {
  const closed = (executionFds: number[]) =>
    plan({}, executionFds).filter((line) => line.startsWith("close_range"));
  assert.deepEqual(closed([]), ["close_range(3, 0xffffffff, 0)"]);
  assert.deepEqual(closed([0x28, 0x20, 0x21]), [
    "close_range(3, 0x1f, 0)",
    "close_range(0x22, 0x27, 0)",
    "close_range(0x29, 0xffffffff, 0)",
  ]);
  assert.deepEqual(closed([3, 4]), ["close_range(5, 0xffffffff, 0)"]);
});

Deno.test("a namespace is new unless it is the host's or another container's", () => {
  const all = CLONE.NEWNS | CLONE.NEWPID | CLONE.NEWUTS | CLONE.NEWIPC | CLONE.NEWNET;
  const missing = (changes: Partial<SandboxSpec>) => all & ~namespacesOf({ ...spec, ...changes });
  assert.equal(missing({}), 0);
  assert.equal(missing({ hostNamespaces: ["pid"] }), CLONE.NEWPID);
  assert.equal(missing({ hostNamespaces: ["ipc", "uts"] }), CLONE.NEWIPC | CLONE.NEWUTS);
  assert.equal(missing({ joinPidNamespace: 20 }), CLONE.NEWPID);
  assert.equal(missing({ joinIpcNamespace: 20 }), CLONE.NEWIPC);
});

const limits = {
  ulimits: [{ Name: "nofile", Soft: 100, Hard: -1 }],
  sysctls: { "net.ipv4.conf.eth0/1.rp_filter": "1" },
  oomScoreAdj: -5,
  devices: [{
    source: "/dev/a/b",
    path: "/dev/a/b",
    mode: 0o20640,
    uid: 1,
    gid: 2,
    major: 8,
    minor: 1,
  }],
  visibleControllers: ["memory"],
};

Deno.test("kernel parameters are set before they are read-only, ulimits last", () => {
  const lines = plan({ limits });
  assertOrder(
    lines,
    'mount("proc", "/proc"',
    '"/proc/self/oom_score_adj"',
    '"/proc/sys/net/ipv4/conf/eth0.1/rp_filter"',
    'mount("/proc/sys", "/proc/sys"',
    "close_range(3",
    "prlimit64(0, 7",
    "prctl(0x18",
  );
  assertOrder(lines, 'mount("sysfs"', 'mount("tmpfs", "/sys/fs/cgroup"', '"memory"');
});

Deno.test("a device is made in a directory that was looked up inside the root, with the host's owner", () => {
  const lines = plan({ limits });
  assertOrder(lines, 'openat2(-100, "/dev/a"', "mknodat(#", "fchownat(#");
  assert.ok(lines[indexOf(lines, "fchownat(#")].includes('"b", 1, 2, 0x100'));
  const ofEvery = { ...limits.devices[0], path: "/dev/null" };
  const count = (spec: Partial<SandboxSpec>) =>
    plan(spec).filter((line) => line.startsWith("mknodat")).length;
  assert.equal(count({ limits: { ...limits, devices: [ofEvery] } }), count({}));
});

Deno.test("groups that limit are joined before the cgroup namespace is made", () => {
  const hierarchy = { version: 2 as const, mountPoint: "/sys/fs/cgroup/unified" };
  const lines = plan({ cgroup: { hierarchy, fd: 20, joined: [21, 22] } });
  assertOrder(lines, "write(0x15", "write(0x16", "unshare(0x2000000)", "pivot_root");
  const shared = plan({ cgroup: { hierarchy, fd: 20, joined: [21], isPrivate: false } });
  assert.ok(!shared.some((line) => line.startsWith("unshare")));
});

Deno.test("another container's ipc namespace is joined before its message queues are mounted", () => {
  assertOrder(plan({ joinIpcNamespace: 20 }), "setns(0x14, 0x8000000)", '"mqueue"');
  assert.ok(!plan().some((line) => line.includes("setns")));
});

Deno.test("the host keeps its name", () => {
  assert.ok(plan().some((line) => line.includes("sethostname")));
  const lines = plan({ hostNamespaces: ["uts"], domainname: "example.org" });
  assert.ok(!lines.some((line) => /set(host|domain)name/.test(line)));
});

Deno.test("/dev/shm is only made where it is to be the container's own", () => {
  assert.ok(plan().some((line) => line.includes('"mode=1777,size=67108864"')));
  assert.ok(!plan({ shmSize: undefined }).some((line) => line.includes("/dev/shm")));
});

const filter = new Uint8Array(16);
const security = { capabilities: capabilityMask(defaultCapabilities), noNewPrivileges: false };
const alice = { uid: 1000, gid: 1000, groups: [1000], home: "/" };

Deno.test("a seccomp filter is installed with CAP_SYS_ADMIN, and only giving that up comes after it", () => {
  for (const user of [spec.user, alice]) {
    const lines = plan({ user, security: { ...security, seccompFilter: filter } });
    const installed = indexOf(lines, "seccomp(1, 0, [2,");
    assert.equal(lines.length, installed + 2);
    const [before, after] = [lines.slice(0, installed), lines.slice(installed)].map((part) =>
      part.findLast((line) => line.startsWith("capset("))
    );
    // CAP_SYS_ADMIN is bit 21.
    const rights = user.uid === 0 ? "fb2504a8" : "00000000",
      kept = user.uid === 0 ? "fb2524a8" : "00002000";
    assert.ok(before?.includes(`x"${kept}${kept}`), before);
    assert.ok(after?.includes(`x"${rights}${rights}`), after);
    assert.equal(
      before !== undefined && lines.some((line) => line.startsWith("prctl(8, 1")),
      user === alice,
    );
  }
});

Deno.test("with no_new_privs the filter is the last of all, and takes no rights", () => {
  const lines = plan({
    user: alice,
    security: { ...security, noNewPrivileges: true, seccompFilter: filter },
  });
  assert.match(lines.at(-1)!, /^seccomp\(/);
  assert.match(lines.at(-2)!, /^prctl\(0x26, 1/);
  assert.equal(lines.filter((line) => line.startsWith("capset(")).length, 1);
});

Deno.test("an AppArmor profile waits for the program, asked for while /proc is the host's", () => {
  const lines = plan({ security: { ...security, appArmorProfile: "mine" } });
  assertOrder(lines, '"/proc/self/attr/exec"', "pivot_root", "close_range(3", "setgroups");
  const command = new TextEncoder().encode("exec mine").toHex();
  indexOf(lines, `x"${command}"`);
});

Deno.test("a privileged container has the host's devices, and may write to /sys", () => {
  const hostDevices = [
    { path: "kvm", mode: 0o20660, uid: 0, gid: 104, device: 0xae8 },
    { path: "net/tun", mode: 0o20666, uid: 0, gid: 0, device: 0xac8 },
    { path: "sda", mode: 0o60660, uid: 0, gid: 6, device: 0x800 },
  ];
  const lines = plan({ security: { ...security, hostDevices } });
  assertOrder(
    lines,
    'symlinkat("pts/ptmx"',
    'mkdirat(-100, "/dev/net"',
    '"/dev/kvm", 0x21b0',
    '"/dev/net/tun"',
    '"/dev/sda"',
  );
  indexOf(lines, 'fchownat(-100, "/dev/kvm", 0, 0x68');
  assert.match(lines[indexOf(lines, '"sysfs", "/sys"')], /0xe, 0\)/);
  assert.match(plan()[indexOf(plan(), '"sysfs", "/sys"')], /0xf, 0\)/);
});

Deno.test("in a user namespace devices are the host's, and its root goes when /proc and /sys are mounted", () => {
  const program = new SpawnProgram();
  const userNamespace = { deniesGroups: true };
  planSandbox(program, spec, { ...host, userNamespace }, []);
  const lines = describe(program);
  assertOrder(
    lines,
    'open_tree(-100, "/dev/null"',
    "pivot_root",
    'mount("proc", "/proc"',
    'mount("sysfs", "/sys"',
    "umount2",
    'mount("tmpfs", "/dev"',
    'openat(-100, "/dev/null"',
    "move_mount",
  );
  assert.ok(!lines.some((line) => line.startsWith("mknodat") || line.startsWith("setgroups")));
});

Deno.test("in a user namespace /proc and /sys are mounted while the host's can still be seen, and no node is made", () => {
  const ids = [{ containerID: 0, hostID: 100000, size: 65536 }];
  const trees = { root: 41, devices: 42 };
  const userNamespace = { uidMappings: ids, gidMappings: ids, fd: 40, trees };
  const lines = plan({ userNamespace });
  const beforeTheHostIsLeft = ['"/proc", "proc"', '"/sys", "sysfs"', "umount2"];
  assertOrder(lines, "move_mount(0x29", "fchdir(0x29", "pivot_root", ...beforeTheHostIsLeft);
  assertOrder(lines, "umount2", "move_mount(0x2a");
  assert.equal(lines.some((line) => line.startsWith("mknodat")), false);
});

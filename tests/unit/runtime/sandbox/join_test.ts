import assert from "node:assert/strict";
import { describe } from "../../../../ffi/spawn/describe.ts";
import { SpawnProgram } from "../../../../ffi/spawn/program.ts";
import { capabilityMask, defaultCapabilities } from "../../../../runtime/sandbox/capabilities.ts";
import { insideOther } from "../../../../runtime/sandbox/execution.ts";
import { type JoinSpec, planJoin } from "../../../../runtime/sandbox/join.ts";

const spec: JoinSpec = {
  process: 20,
  pidNamespace: 21,
  shared: 0,
  root: 22,
  argv: ["true"],
  env: ["PATH=/bin"],
  workingDirectory: "/work",
  user: { uid: 1000, gid: 1000, groups: [1000, 10], home: "/" },
  security: { capabilities: capabilityMask(defaultCapabilities), noNewPrivileges: false },
  stdio: [10, 11, 12],
  tty: false,
};

function plan(changes: Partial<JoinSpec> = {}): string[] {
  const program = new SpawnProgram();
  planJoin(program, { ...spec, ...changes }, { lastCapability: 40, kernelPaths: new Map() }, [
    50,
    51,
  ]);
  return describe(program);
}

/** Asserts that calls with these parts come in this order, each after the first one of the part before. */
function assertOrder(lines: string[], ...parts: string[]) {
  let from = 0;
  for (const part of parts) {
    const index = lines.findIndex((line, i) => i >= from && line.includes(part));
    assert.notEqual(index, -1, `no call with ${part} after ${from} in:\n${lines.join("\n")}`);
    from = index + 1;
  }
}

Deno.test("a process joins the mount, ipc, uts, network and cgroup namespaces at once", () => {
  assertOrder(plan(), "setns(0x14, 0x4e020000)");
});

Deno.test("the control group is joined before its namespace", () => {
  const hierarchy = { version: 1, mountPoint: "/sys/fs/cgroup/freezer" } as const;
  assertOrder(plan({ cgroup: { hierarchy, fd: 30 } }), 'write(0x1e, "0", 1)', "setns(0x14");
  const born = plan({ cgroup: { hierarchy: { ...hierarchy, version: 2 }, fd: 30 } });
  assert.equal(born.some((line) => line.includes("(0x1e")), false);
});

Deno.test("nothing of the host is open when a path of the container is looked up (CVE-2024-21626)", () => {
  assertOrder(plan(), "setns(0x14", "dup3(0xa, 0", "close_range(3", 'chdir("/work")');
});

Deno.test("a process leaves the keyring and gives its rights up last", () => {
  assertOrder(
    plan(),
    "setns(0x14",
    "keyctl(1",
    "setgroups(2",
    "setresgid(0x3e8",
    "setresuid(0x3e8",
  );
});

Deno.test("only a terminal becomes the session's, and its own process does it", () => {
  const lines = (tty: boolean) => describe(insideOther(spec, tty).inside.first);
  assert.equal(lines(false).some((line) => line.startsWith("ioctl(")), false);
  assertOrder(lines(true), "prctl(1, 9", "setsid()", "ioctl(0");
  assert.equal(plan({ tty: true }).some((line) => line.startsWith("setsid(")), false);
  assertOrder(plan({ tty: true }), "dup3(0xa, 0", "fchown(0, 0x3e8", "setresuid(0x3e8");
});

Deno.test("the pid namespace is entered by who is born last, with all rights gone", () => {
  assertOrder(plan(), "setns(0x15, 0x20000000)", "setns(0x14", "capset(");
});

Deno.test("limits are raised before the user namespace is entered, in which they could not be", () => {
  const ulimits = [{ Name: "nofile", Soft: 5, Hard: 1 << 30 }];
  const lines = plan({ hasUserNamespace: true, limits: { ulimits, oomScoreAdj: -5 } });
  assertOrder(lines, "oom_score_adj", "prlimit64", "setns(0x14, 0x5e020000)", "prlimit64");
});

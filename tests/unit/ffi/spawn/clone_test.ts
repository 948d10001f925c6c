import { describe } from "../../../../ffi/spawn/describe.ts";
import { deepEqual, equal } from "node:assert/strict";
import { AT, CLONE, O } from "../../../../ffi/constants.ts";
import { close, openAt } from "../../../../ffi/file.ts";
import { clone3Steps, cloneSteps } from "../../../../ffi/spawn/clone.ts";
import { SpawnedProcess, type StartOptions } from "../../../../ffi/spawn/process.ts";
import type { SpawnProgram } from "../../../../ffi/spawn/program.ts";
import { root, userNamespaces } from "../../../e2e/harness/needs.ts";
import { output, runFixture, shell, testWith } from "./helpers.ts";

const signalReset = [
  "next signal:",
  "rt_sigaction(signal, [0, 0, 0, 0], 0, 8) error -> continue",
  "signal = subtract(signal, 1) zero -> signals are default",
  "subtract(0, 0) zero -> next signal",
  "signals are default:",
  'rt_sigprocmask(2, x"0000000000000000", 0, 8)',
];

Deno.test("clone3Steps() asks for shared memory, a pidfd and cleared handlers", () => {
  deepEqual(describe(clone3Steps({ namespaces: CLONE.NEWPID }).program), [
    "clone3([0x120201100, &pidfd, &alive, 0, 0x11, 0, 0, 0], 0x40) zero -> child error -> continue",
  ]);
});

Deno.test("a child begins with default signals", () => {
  deepEqual(describe(clone3Steps({}).inChild), signalReset);
  deepEqual(describe(cloneSteps({}).inChild), signalReset);
});

Deno.test("clone3Steps() puts the child into its cgroup", () => {
  equal(
    describe(clone3Steps({ cgroupFd: 7 }).program)[0],
    "clone3([0x300201100, &pidfd, &alive, 0, 0x11, 0, 0, 0, 0, 0, 7], 0x58)" +
      " zero -> child error -> continue",
  );
});

Deno.test("cloneSteps() blocks signals until the child has no handlers", () => {
  deepEqual(describe(cloneSteps({ namespaces: CLONE.NEWPID }).program), [
    'rt_sigprocmask(2, x"ffffffffffffffff", &mask, 8) error -> continue',
    "clone(0x20201111, 0, &pidfd, &alive, &alive) zero -> child error -> continue",
    "rt_sigprocmask(2, &mask, 0, 8) error -> continue",
  ]);
});

Deno.test("cloneSteps() makes the cgroup namespace after the child has joined its cgroup", () => {
  const options = { namespaces: CLONE.NEWNS | CLONE.NEWCGROUP, cgroupFd: 7 };
  const { program, inChild } = cloneSteps(options);
  equal(
    describe(program)[1],
    "clone(0x221111, 0, &pidfd, &alive, &alive) zero -> child error -> continue",
  );
  deepEqual(describe(inChild), [
    ...signalReset,
    'openat(7, "cgroup.procs", 0x80001)',
    'write(#4, "0", 1)',
    "close(#4)",
    "unshare(0x2000000)",
  ]);
});

/** Both ways to start a process. */
const ways = [["clone3", clone3Steps], ["clone", cloneSteps]] as const;

for (const [name, make] of ways) {
  const launch = (program: SpawnProgram, options: StartOptions = {}) =>
    SpawnedProcess.launch(program, options, make);

  Deno.test(`${name} starts a process with default signals`, async () => {
    const { text, code } = await output(shell("cat /proc/self/status; exit 3"), {}, launch);
    const masks = [...text.matchAll(/^Sig(Ign|Blk|Cgt):\s*(\w+)$/gm)].map((match) => match[2]);
    deepEqual([masks, code], [Array(3).fill("0".repeat(16)), 3]);
  });

  Deno.test(`${name} leaves the parent's signal mask as it was`, async () => {
    const before = await Deno.readTextFile("/proc/thread-self/status");
    await output(shell(":"), {}, launch);
    const after = await Deno.readTextFile("/proc/thread-self/status");
    equal(after.match(/^SigBlk.*/m)?.[0], before.match(/^SigBlk.*/m)?.[0]);
  });

  testWith([root], `${name} starts a process in new namespaces`, async () => {
    const namespaces = CLONE.NEWPID | CLONE.NEWNET | CLONE.NEWUTS | CLONE.NEWIPC | CLONE.NEWNS;
    const { text } = await output(shell("echo $$; wc -l < /proc/net/dev"), { namespaces }, launch);
    equal(text.split("\n")[0], "1");
  });

  testWith([userNamespaces], `${name} starts a process in a new user namespace`, async () => {
    const { text } = await output(
      shell("cat /proc/self/uid_map; echo $$"),
      { namespaces: CLONE.NEWUSER | CLONE.NEWPID },
      launch,
    );
    equal(text, "1\n"); // no mapping yet
  });

  testWith([root, cgroupV2Mount], `${name} starts a process in a cgroup`, async () => {
    const directory = Deno.makeTempDirSync({ dir: findCgroupV2(), prefix: "box-test-" });
    const cgroupFd = openAt(AT.FDCWD, directory, O.RDONLY | O.DIRECTORY);
    try {
      const line = `0::/${directory.split("/").at(-1)}\n`;
      const script = shell("grep ^0:: /proc/self/cgroup");
      equal((await output(script, { cgroupFd }, launch)).text, line);
      // Seen from its own namespace, the same cgroup is the root.
      const namespaces = CLONE.NEWCGROUP;
      equal((await output(script, { cgroupFd, namespaces }, launch)).text, "0::/\n");
    } finally {
      close(cgroupFd);
      Deno.removeSync(directory);
    }
  });
}

for (const errno of ["ENOSYS", "EPERM"]) {
  Deno.test(`start() works where clone3 is refused with ${errno}`, async () => {
    const { clone3, child } = await runFixture(
      "start_without_clone3.ts",
      (deno) => [...deno, errno],
    ) as { clone3: string; child: string };
    equal(clone3, errno);
    equal(child, "started\n");
  });
}

function findCgroupV2(): string | undefined {
  const mounts = Deno.readTextFileSync("/proc/self/mounts");
  return mounts.match(/^\S+ (\S+) cgroup2 rw/m)?.[1];
}

function cgroupV2Mount(): string | undefined {
  return findCgroupV2() ? undefined : "no cgroup v2 file system";
}

/** Programs whose processes fork: what is shared, and a process that keeps nothing but its program. */
import { deepEqual, equal, ok } from "node:assert/strict";
import { CLONE, P_PID, SIGNALS, WEXITED } from "../../../../ffi/constants.ts";
import { isErrno } from "../../../../ffi/errno.ts";
import { close, makePipe } from "../../../../ffi/file.ts";
import { openPidfd, sendSignal, waitUntilGone } from "../../../../ffi/spawn/pidfd.ts";
import { start } from "../../../../ffi/spawn/process.ts";
import { SpawnProgram } from "../../../../ffi/spawn/program.ts";
import { Edge, Label } from "../../../../ffi/spawn/values.ts";
import { exitCodeOf, readToEnd, shell } from "./helpers.ts";

/** A program whose child stores 7 in a cell, and which exits with what it sees there itself. */
function forkAndStore(cloneFlags: number): SpawnProgram {
  const program = new SpawnProgram(), isChild = new Label("child");
  const value = program.cell("value", 5);
  const child = program.call("clone", [cloneFlags | SIGNALS.SIGCHLD, 0, 0, 0, 0], {
    what: "fork",
    onZero: isChild,
  });
  program.call("waitid", [P_PID, child, 0, WEXITED, 0], { what: "wait for the child" });
  program.call("exit_group", [value], { what: "exit" });
  program.mark(isChild);
  program.subtract(7, 0, { into: value });
  return program;
}

Deno.test("a fork has a copy of private memory, and shares shared memory", async () => {
  equal(await exitCodeOf(forkAndStore(0)), 5);
  equal(await exitCodeOf(forkAndStore(CLONE.VM)), 7);
  using process = start(forkAndStore(0), { memory: "shared" });
  equal(process.waitUntilExecuted(), undefined);
  deepEqual(await process.waitForExit(), { code: 7 });
});

/**
 * A process that starts another one and waits for it, having unmapped everything but its program. Two clones lead to it: the
 * first drops what glibc has registered with the kernel for the thread, the second has memory of its own.
 */
function keeper(child: SpawnProgram, statusFd: number) {
  const program = new SpawnProgram();
  const isKeeper = new Label("keeper"), isChild = new Label("child");
  const alive = program.cell("child is alive", 1), info = program.block("info", 128);
  program.call("clone", [SIGNALS.SIGCHLD, 0, 0, 0, 0], {
    what: "create the keeper",
    onZero: isKeeper,
  });
  program.call("exit_group", [0], { what: "leave the keeper to init" });

  program.mark(isKeeper);
  const keeperPid = program.call("getpid", [], { what: "get the keeper's pid" });
  program.call("munmap", [0, Edge.START], { what: "unmap what lies below" });
  const above = program.subtract(endOfMemory(), Edge.END);
  program.call("munmap", [Edge.END, above], { what: "unmap what lies above" });
  // The kernel stores the pid before the child runs; the keeper may come to it later than the child to its end.
  const flags = CLONE.VM | CLONE.PARENT_SETTID | CLONE.CHILD_CLEARTID | SIGNALS.SIGCHLD;
  const childPid = program.cell("child's pid");
  program.call("clone", [flags, 0, childPid.address, alive.address, alive.address], {
    what: "create the child",
    onZero: isChild,
  });
  program.call("waitid", [P_PID, childPid, info, WEXITED, 0], { what: "wait for the child" });
  program.call("write", [statusFd, info.at(24), 1], { what: "write the status" });
  program.call("exit_group", [0], { what: "exit" });

  program.mark(isChild);
  program.append(child);
  return { program, alive, keeperPid, childPid };
}

/** The first address that no mapping of a user can have. */
function endOfMemory(): number {
  const ends = Deno.readTextFileSync("/proc/self/maps").matchAll(/^\w+-(\w+)/gm);
  const last = Math.max(
    ...[...ends].map(([, end]) => parseInt(end, 16)).filter((end) => end < 2 ** 56),
  );
  return Math.ceil(last / 4096) * 4096;
}

Deno.test("a keeper weighs a few pages and outlives the process that started it", async () => {
  const [statusRead, statusWrite] = makePipe(), [lifeRead, lifeWrite] = makePipe();
  const child = new SpawnProgram();
  child.call("dup3", [lifeRead, 0, 0], { what: "redirect input" });
  child.call("close", [lifeWrite], { what: "close the other end" });
  child.append(shell("read line; exit 42"));
  const { program, alive, keeperPid, childPid } = keeper(child, statusWrite);

  const outer = start(program, { memory: "shared" });
  equal(outer.waitUntilCleared(alive), undefined);
  const keeperFd = openPidfd(outer.value(keeperPid)), childFd = openPidfd(outer.value(childPid));
  try {
    const status = Deno.readTextFileSync(`/proc/${outer.value(keeperPid)}/status`);
    ok(Number(status.match(/VmRSS:\s*(\d+) kB/)?.[1]) <= 24, status);
    equal(outer.waitUntilExecuted(), undefined);
    deepEqual(await outer.waitForExit(), { code: 0 });
  } finally {
    outer.close();
    equal(sendSignal(childFd, SIGNALS.SIGHUP), true);
    [lifeRead, lifeWrite, statusWrite].forEach(close);
  }
  await waitUntilGone(keeperFd);
  equal(readToEnd(statusRead).charCodeAt(0), SIGNALS.SIGHUP);
  [statusRead, keeperFd, childFd].forEach(close);
});

Deno.test("a failure in a forked process is known to the parent where memory is shared", () => {
  const child = new SpawnProgram();
  child.call("chdir", ["/no/such/file"], { what: "change directory" });
  const [readEnd, writeEnd] = makePipe();
  const { program, alive } = keeper(child, writeEnd);
  const outer = start(program, { memory: "shared" });
  const failure = outer.waitUntilCleared(alive);
  ok(isErrno(failure, "ENOENT"));
  equal(failure.operation, "change directory");
  ok(isErrno(outer.waitUntilExecuted(), "ENOENT"));
  close(writeEnd);
  equal(readToEnd(readEnd).charCodeAt(0), 127);
  close(readEnd);
});

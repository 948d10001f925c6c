import { deepEqual, equal, ok } from "node:assert/strict";
import { SIGNALS } from "../../../../ffi/constants.ts";
import { reap, waitUntilGone } from "../../../../ffi/spawn/pidfd.ts";
import { start } from "../../../../ffi/spawn/process.ts";
import { identifyProcess, isAlive } from "../../../../runtime/container/process_identity.ts";
import { createdState } from "../../../../runtime/container/state.ts";
import type { ContainerFile, ProcessIdentity } from "../../../../storage/container/config.ts";
import { shell } from "../../ffi/spawn/helpers.ts";

/** As much of a container's file as tells of its process. */
function containerOf(pid: number, identity: ProcessIdentity | undefined): ContainerFile {
  const State = { ...createdState(), Running: true, Pid: pid };
  return { ID: "f".repeat(64), State, BoxProcess: identity } as ContainerFile;
}

Deno.test("a process can be identified until it is reaped, and is alive until it has ended", async () => {
  using process = start(shell("exec sleep 1000"));
  equal(process.waitUntilExecuted(), undefined);
  const identity = identifyProcess(process.pid), container = containerOf(process.pid, identity);
  ok(identity);
  ok(isAlive(container));

  process.sendSignal(SIGNALS.SIGKILL);
  await waitUntilGone(process.pidfd);
  deepEqual(identifyProcess(process.pid), identity);
  equal(isAlive(container), false);

  reap(process.pidfd);
  equal(identifyProcess(process.pid), undefined);
  equal(isAlive(container), false);
});

Deno.test("a process with the same pid is another one if it started at another time, or since another boot", () => {
  const own = identifyProcess(Deno.pid)!;
  ok(isAlive(containerOf(Deno.pid, own)));
  equal(isAlive(containerOf(Deno.pid, { ...own, StartTime: "1" })), false);
  equal(isAlive(containerOf(Deno.pid, { ...own, BootID: "" })), false);
});

Deno.test("a process that dockerd started is a container's if its cgroup says so", () => {
  equal(isAlive(containerOf(Deno.pid, undefined)), false);
});

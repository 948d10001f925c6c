import { deepEqual, equal } from "node:assert/strict";
import { Gate } from "../../../../ffi/spawn/gate.ts";
import { openPidfd, waitUntilGone } from "../../../../ffi/spawn/pidfd.ts";
import { start } from "../../../../ffi/spawn/process.ts";
import { SpawnProgram } from "../../../../ffi/spawn/program.ts";
import { close } from "../../../../ffi/file.ts";
import { runFixture, shell } from "./helpers.ts";

/** The system call that a process sleeps in, by its number; "running" in between. */
function currentCall(pid: number): string {
  return Deno.readTextFileSync(`/proc/${pid}/syscall`).split(" ")[0];
}

Deno.test("a process waits at the gate until it is opened", async () => {
  using gate = new Gate();
  const program = gate.wait("the test");
  program.append(shell("exit 5"));
  using process = start(program);
  const read = Deno.build.arch === "x86_64" ? "0" : "63";
  while (currentCall(process.pid) !== read) await new Promise((resolve) => setTimeout(resolve, 1));
  gate.open();
  equal(process.waitUntilExecuted(), undefined);
  deepEqual(await process.waitForExit(), { code: 5 });
});

Deno.test("a process whose parent closes the gate exits", async () => {
  const gate = new Gate();
  const program = gate.wait("the test");
  program.append(shell("exit 5"));
  using process = start(program);
  gate.close();
  gate.close(); // a second time does nothing
  equal(process.waitUntilExecuted(), undefined);
  deepEqual(await process.waitForExit(), { code: 1 });
});

Deno.test("a process tied to its parent goes on while the parent lives", async () => {
  using gate = new Gate();
  const program = gate.wait("the test");
  program.append(gate.dieWithParent());
  program.append(shell("exit 5"));
  using process = start(program);
  gate.open();
  equal(process.waitUntilExecuted(), undefined);
  deepEqual(await process.waitForExit(), { code: 5 });
});

Deno.test("a process tied to its parent exits if the parent gave up before", async () => {
  const gate = new Gate();
  const program = new SpawnProgram(), pause = program.cell("pause", 1);
  program.append(gate.wait("the test"));
  // Waits on a word that nobody changes, for longer than the parent needs: 0.1 s.
  program.call("futex", [pause.address, 0, 1, [0, 100_000_000], 0, 0], {
    what: "wait",
    onError: "continue",
  });
  program.append(gate.dieWithParent());
  program.append(shell("exit 5"));
  using process = start(program);
  gate.open();
  while (!currentCall(process.pid).match(/^(202|98)$/)) {
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  gate.close();
  equal(process.waitUntilExecuted(), undefined);
  deepEqual(await process.waitForExit(), { code: 1 });
});

Deno.test("a process tied to its parent is killed with it", async () => {
  const { pid } = await runFixture("tied_child.ts") as { pid: number };
  // The parent is gone; its child may be in its last moments.
  let pidfd: number;
  try {
    pidfd = openPidfd(pid);
  } catch {
    return;
  }
  await waitUntilGone(pidfd);
  close(pidfd);
});

Deno.test("without a tie a process survives its parent", async () => {
  const { pid } = await runFixture("tied_child.ts", (deno) => [...deno, "--untied"]) as {
    pid: number;
  };
  Deno.kill(pid, "SIGKILL"); // throws if there is none
});

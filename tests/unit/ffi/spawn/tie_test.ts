import { equal } from "node:assert/strict";
import { CLONE, SIGNALS } from "../../../../ffi/constants.ts";
import { close, makePipe, read, writeAll } from "../../../../ffi/file.ts";
import { waitUntilGone } from "../../../../ffi/spawn/pidfd.ts";
import { type SpawnedProcess, start } from "../../../../ffi/spawn/process.ts";
import { SpawnProgram } from "../../../../ffi/spawn/program.ts";
import { offerTie, tieToKeeper } from "../../../../ffi/spawn/tie.ts";
import { Label } from "../../../../ffi/spawn/values.ts";

/**
 * A keeper that makes a process and sleeps. Its process reads a byte of `gate`, is tied, and writes one into `done`: all in the
 * memory that they share.
 */
async function startPair(
  gate: readonly number[],
  done: readonly number[],
): Promise<SpawnedProcess> {
  const program = new SpawnProgram(), born = new Label("born"), byte = program.block("byte", 8);
  for (const fd of [gate[1], done[0]]) program.call("close", [fd], { what: "close a pipe" });
  program.append(offerTie());
  const pid = program.call("clone", [CLONE.VM | SIGNALS.SIGCHLD, 0, 0, 0, 0], {
    what: "create the process",
    onZero: born,
  });
  program.call("close", [done[1]], { what: "leave the pipe to the process" });
  program.call("ppoll", [0, 0, 0, 0, 0], { what: "sleep" });
  program.mark(born);
  program.call("read", [gate[0], byte, 1], { what: "wait" });
  program.append(tieToKeeper());
  program.call("write", [done[1], byte, 1], { what: "tell" });
  const keeper = start(program);
  while (keeper.value(pid) === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  return keeper;
}

/** What the process tells that is let through the gate when `before` is done: a byte, or nothing. */
async function told(before: (keeper: SpawnedProcess) => Promise<void>): Promise<number> {
  const gate = makePipe(), done = makePipe();
  try {
    using keeper = await startPair(gate, done);
    close(done[1]);
    try {
      await before(keeper);
      writeAll(gate[1], new Uint8Array(1));
      return read(done[0], new Uint8Array(1));
    } finally {
      keeper.sendSignal(SIGNALS.SIGKILL);
      await keeper.waitForExit();
    }
  } finally {
    for (const fd of [...gate, done[0]]) close(fd);
  }
}

Deno.test("a process is tied to its keeper", async () => {
  equal(await told(() => Promise.resolve()), 1);
});

Deno.test("a process whose keeper was killed before it could be tied exits", async () => {
  equal(
    await told(async (keeper) => {
      keeper.sendSignal(SIGNALS.SIGKILL);
      await waitUntilGone(keeper.pidfd);
    }),
    0,
  );
});

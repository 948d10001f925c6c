import { deepEqual, equal, ok, throws } from "node:assert/strict";
import { CLONE, PR } from "../../../../ffi/constants.ts";
import { isErrno } from "../../../../ffi/errno.ts";
import { kernel } from "../../../../ffi/kernel.ts";
import { Gate } from "../../../../ffi/spawn/gate.ts";
import { start } from "../../../../ffi/spawn/process.ts";
import { SpawnProgram } from "../../../../ffi/spawn/program.ts";
import { root } from "../../../e2e/harness/needs.ts";
import { exitCodeOf, output, runFixture, shell, testWith } from "./helpers.ts";

/** A signal mask of /proc/PID/status. */
function mask(status: string, name: string): string | undefined {
  return status.match(new RegExp(`^${name}:\\s*(\\w+)$`, "m"))?.[1];
}

Deno.test("a program executes another one", async () => {
  const { text, code } = await output(shell("echo $NAME; exit 42", ["NAME=value"]));
  deepEqual([text, code], ["value\n", 42]);
});

Deno.test("a program may end without executing anything", async () => {
  const program = new SpawnProgram();
  program.call("exit_group", [3], { what: "exit" });
  equal(await exitCodeOf(program), 3);
  equal(await exitCodeOf(new SpawnProgram()), 0);
});

Deno.test("a failure says what failed, and why, and leaves no process", () => {
  const program = new SpawnProgram();
  const first = program.call("chdir", ["/no/such/file"], { what: "try", onError: "continue" });
  program.call("chdir", ["/"], { what: "change directory to /" });
  const second = program.call("chdir", ["/dev/null"], { what: "change directory to /dev/null" });
  program.call("chdir", ["/"], { what: "not reached" });

  const process = start(program);
  const failure = process.waitUntilExecuted();
  ok(isErrno(failure, "ENOTDIR"));
  equal(failure.message, "change directory to /dev/null: not a directory (ENOTDIR)");
  equal(failure.step.operation, "chdir");
  equal(failure.step.result, second);
  deepEqual(program.items.indexOf(failure.step), 2);
  throws(() => Deno.statSync(`/proc/${process.pid}`), Deno.errors.NotFound);
  throws(() => process.value(first), /freed/);
});

Deno.test("a failure among steps that start() adds is told from the program's own", () => {
  const program = new SpawnProgram();
  program.call("close", [-1], { what: "close nothing" });
  equal(start(program).waitUntilExecuted()?.message, "close nothing: bad file descriptor (EBADF)");
});

Deno.test("results can be read while the program runs", async () => {
  using gate = new Gate();
  const program = new SpawnProgram();
  const pid = program.call("getpid", [], { what: "get pid" });
  program.append(gate.wait("the test"));
  using process = start(program);
  while (process.value(pid) === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  equal(process.value(pid), process.pid);
  gate.close();
  equal(process.waitUntilExecuted(), undefined);
  deepEqual(await process.waitForExit(), { code: 1 });
});

Deno.test("start() fails with the reason of the kernel", () => {
  // A new mount namespace cannot be combined with CLONE_FS.
  const CLONE_FS = 0x200;
  throws(
    () => start(new SpawnProgram(), { namespaces: CLONE.NEWNS | CLONE_FS }),
    (error) => isErrno(error, "EINVAL") && /^create process: invalid argument/.test(error.message),
  );
});

Deno.test("two megabytes of arguments arrive", async () => {
  const args = Array.from({ length: 20 }, (_, i) => String.fromCharCode(97 + i).repeat(90_000));
  const program = new SpawnProgram();
  const script = 'printf %s "$@" | wc -c; printf %.3s "$1" "${20}"';
  program.call("execve", ["/bin/sh", ["sh", "-c", script, "sh", ...args, 0], [
    "PATH=/bin:/usr/bin",
    0,
  ]], {
    what: "execute the shell",
  });
  equal((await output(program)).text.replace(/\s+/, " "), "1800000 aaattt");
});

Deno.test("too many arguments are an error of execve", () => {
  const program = new SpawnProgram();
  program.call("execve", ["/bin/true", ["true", "x".repeat(200_000), 0], [0]], { what: "execute" });
  ok(isErrno(start(program).waitUntilExecuted(), "E2BIG"));
});

Deno.test("a process has default dispositions and no blocked signals", async () => {
  const { text } = await output(shell("exec cat /proc/self/status")); // Deno ignores SIGPIPE
  for (const name of ["SigIgn", "SigBlk", "SigCgt"]) equal(mask(text, name), "0".repeat(16));
});

Deno.test("a process inherits no ignored or blocked signals from box's own parent", async () => {
  // nohup ignores SIGHUP; a shell that traps "" ignores the rest.
  const status = await runFixture(
    "print_child_status.ts",
    (deno) => ["/bin/sh", "-c", `trap '' HUP INT TERM USR1 CHLD; exec "$@"`, "sh", ...deno],
  ) as { parent: string; child: string };
  equal(parseInt(mask(status.parent, "SigIgn")!, 16) & 1, 1);
  for (const name of ["SigIgn", "SigBlk", "SigCgt"]) {
    equal(mask(status.child, name), "0".repeat(16));
  }
});

testWith([root], "a process that becomes another user leaves the parent dumpable", async () => {
  const program = new SpawnProgram();
  program.call("setresuid", [65534, 65534, 65534], { what: "become nobody" });
  program.append(shell("exit 0"));
  const isDumpable = () => kernel.prctl(PR.GET_DUMPABLE, 0n, 0n, 0n, 0n);
  equal(isDumpable(), 1);
  await output(program);
  equal(isDumpable(), 1);
});

Deno.test("two thousand processes leave no descriptor, mapping or zombie", async () => {
  const { before, after } = await runFixture("spawn_many.ts") as Record<
    "before" | "after",
    unknown
  >;
  deepEqual(after, before);
});

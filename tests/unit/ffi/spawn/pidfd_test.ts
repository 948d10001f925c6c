import { deepEqual, equal, throws } from "node:assert/strict";
import { SIGNALS } from "../../../../ffi/constants.ts";
import { isErrno } from "../../../../ffi/errno.ts";
import { close } from "../../../../ffi/file.ts";
import {
  exitCode,
  openPidfd,
  reap,
  sendSignal,
  waitForExit,
  waitUntilGone,
} from "../../../../ffi/spawn/pidfd.ts";
import { start } from "../../../../ffi/spawn/process.ts";
import { shell } from "./helpers.ts";

/** A shell that runs a script. */
function startShell(script: string) {
  const process = start(shell(script));
  equal(process.waitUntilExecuted(), undefined);
  return process;
}

Deno.test("exitCode() is 128 + the signal for a killed process", () => {
  equal(exitCode({ code: 7 }), 7);
  equal(exitCode({ signal: 9 }), 137);
});

Deno.test("reap() waits, and tells exits from signals", () => {
  const cases: [string, ReturnType<typeof reap>][] = [
    ["exit 0", { code: 0 }],
    ["sleep 0.05; exit 255", { code: 255 }],
    ["kill -KILL $$", { signal: SIGNALS.SIGKILL }],
    ["kill -SEGV $$", { signal: SIGNALS.SIGSEGV }], // may dump core
  ];
  for (const [script, status] of cases) {
    using process = startShell(script);
    deepEqual(reap(process.pidfd), status, script);
    throws(() => reap(process.pidfd), (error) => isErrno(error, "ECHILD"));
  }
});

Deno.test("waitForExit() waits for many processes without blocking", async () => {
  const processes = Array.from({ length: 20 }, (_, i) => startShell(`sleep 0.1; exit ${i}`));
  let ticks = 0;
  const timer = setInterval(() => ticks++, 5);
  const statuses = await Promise.all(processes.map(({ pidfd }) => waitForExit(pidfd)));
  clearInterval(timer);
  deepEqual(statuses.map(exitCode), processes.map((_, i) => i));
  equal(ticks > 3, true);
  processes.forEach((process) => process.close());
});

Deno.test("sendSignal() reaches a process, and says when it is gone", async () => {
  using process = startShell("exec sleep 60");
  equal(sendSignal(process.pidfd, 0), true);
  equal(process.sendSignal(SIGNALS.SIGTERM), true);
  deepEqual(await process.waitForExit(), { signal: SIGNALS.SIGTERM });
  equal(sendSignal(process.pidfd, SIGNALS.SIGTERM), false);
  throws(() => sendSignal(-1, SIGNALS.SIGTERM), (error) => isErrno(error, "EBADF"));
});

Deno.test("waitUntilGone() works for a process that is not a child", async () => {
  using parent = startShell("sleep 60 & wait $!");
  const children = () => Deno.readTextFileSync(`/proc/${parent.pid}/task/${parent.pid}/children`);
  while (children() === "") await new Promise((resolve) => setTimeout(resolve, 1));
  const grandchild = openPidfd(Number(children()));
  const gone = waitUntilGone(grandchild);
  sendSignal(grandchild, SIGNALS.SIGPIPE); // of which a shell says nothing
  await gone;
  throws(() => reap(grandchild), (error) => isErrno(error, "ECHILD"));
  close(grandchild);
  deepEqual(await parent.waitForExit(), { code: 128 + SIGNALS.SIGPIPE });
});

Deno.test("openPidfd() fails for a pid that nobody has", () => {
  throws(() => openPidfd(2 ** 22 + 1), (error) => isErrno(error, "ESRCH"));
});

import { deepEqual, equal, rejects } from "node:assert/strict";
import { eventually, run, RunningProcess } from "../../../../e2e/harness/process.ts";

const shell = (script: string) => ["sh", "-c", script];

Deno.test("run() tells both outputs, the bytes, and the exit code", async () => {
  const result = await run(shell("printf '\\377'; echo problem >&2; exit 3"));
  deepEqual([result.code, result.stderr, [...result.stdoutBytes]], [3, "problem\n", [0xff]]);
});

Deno.test("run() gives input, and tells death by a signal as 128 + n", async () => {
  equal((await run(["cat"], { stdin: "a\nb" })).stdout, "a\nb");
  equal((await run(shell("kill -TERM $$"))).code, 143);
});

Deno.test("run() does not wait for a program that leaves its input unread", async () => {
  equal((await run(["true"], { stdin: "x".repeat(1_000_000) })).code, 0);
});

Deno.test("run() kills what takes too long, and shows what it printed", async () => {
  await rejects(run(shell("echo started; exec sleep 60"), { timeout: 300 }), {
    message: /^does not end after 300 ms\n\$ sh -c .*\nstarted$/s,
  });
});

Deno.test("run() tells when something else holds the output open", async () => {
  await rejects(run(shell("sleep 2 & exit 4"), { timeout: 300 }), {
    message: /^ended with code 4, but something holds its output open after 300 ms/,
  });
});

Deno.test("waitFor() consumes what it found", async () => {
  const process = new RunningProcess(shell('echo one; echo two; read word; echo "got $word"'));
  await process.waitFor("one");
  await process.waitFor(/t(.)o/);
  await rejects(process.waitFor("one", 100), { message: /^waited too long without printing one/ });
  await process.write("three\n");
  equal((await process.waitFor(/got (.*)/))[1], "three");
  await rejects(process.waitFor("more"), { message: /^ended without printing more/ });
  equal((await process.wait()).code, 0);
});

Deno.test("eventually() gives up with what it waited for", async () => {
  await rejects(eventually("never", () => false, 50), { message: "waited too long: never" });
});

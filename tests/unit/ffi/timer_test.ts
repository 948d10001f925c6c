import { equal, ok } from "node:assert/strict";
import { Timer } from "../../../ffi/timer.ts";

Deno.test("a timer calls back once, and not before its time", async () => {
  const started = performance.now();
  let calls = 0;
  await new Promise<void>((resolve) =>
    new Timer(1050.5, () => {
      calls++;
      resolve();
    })
  );
  ok(performance.now() - started >= 1050);
  equal(calls, 1);
});

Deno.test("a timer that was disposed of does not call back", async () => {
  let calls = 0;
  new Timer(1, () => calls++)[Symbol.dispose]();
  await new Promise<void>((resolve) => new Timer(20, resolve));
  equal(calls, 0);
});

import assert from "node:assert/strict";
import { datedHistory } from "../../../../runtime/build/solver/state.ts";
import { stepKey } from "../../../../runtime/build/solver/step_cache.ts";
import { configText, runText } from "../../../../runtime/build/solver/history_text.ts";
import { scratchState } from "../../../../runtime/build/solver/base.ts";

const step = (created_by: string, created?: string) => ({
  created_by,
  ...(created && { created }),
});
const times = (...created: (string | undefined)[]) =>
  datedHistory(created.map((each) => step("x", each)), "now").map((entry) => entry.created);

Deno.test("an instruction without a layer has the time of the layer before it", () => {
  assert.deepEqual(times("base", undefined, "1", undefined, "2", undefined), [
    ...["base", "1", "1", "1", "2", "2"],
  ]);
  assert.deepEqual(times("base", "1", undefined), ["base", "1", "1"]);
  assert.deepEqual(times("base", undefined), ["base", "base"]);
  assert.deepEqual(times(undefined), ["now"]);
  assert.deepEqual(times(), []);
});

Deno.test("the key of a step says all that it depends on", async () => {
  const inputs = { step: "run", argv: ["true"], env: ["A=1"], parent: null };
  const key = await stepKey(inputs);
  assert.match(key, /^sha256:[0-9a-f]{64}$/);
  assert.equal(await stepKey({ ...inputs }), key);
  const others = [
    { ...inputs, argv: ["false"] },
    { ...inputs, argv: ["true", ""] },
    { ...inputs, env: ["A=2"] },
    { ...inputs, parent: key },
    { ...inputs, step: "copy" },
  ];
  const keys = await Promise.all(others.map(stepKey));
  assert.equal(new Set([key, ...keys]).size, others.length + 1);
});

Deno.test("history has BuildKit's words", () => {
  assert.equal(runText(["/bin/sh", "-c", "make"], []), "RUN /bin/sh -c make # buildkit");
  assert.equal(runText(["make"], ["A=b", "C="]), "RUN |2 A=b C= make # buildkit");
  const state = scratchState({ os: "linux", architecture: "amd64" });
  assert.deepEqual(state.config.WorkingDir, "/");
  const healthcheck = { Test: ["CMD", "a", 'b"'], Interval: 5400e9, Timeout: 3e9, Retries: 40 };
  assert.equal(
    configText({ name: "healthcheck", healthcheck }, state),
    `HEALTHCHECK &{["CMD" "a" "b\\""] "1h30m0s" "3s" "0s" '('}`,
  );
});

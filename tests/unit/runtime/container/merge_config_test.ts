import assert from "node:assert/strict";
import { mergeConfig } from "../../../../runtime/container/merge_config.ts";
import type { ContainerConfig } from "../../../../storage/image/config.ts";

type Partial_ = Partial<ContainerConfig>;

const image: Partial_ = {
  User: "daemon",
  Env: ["PATH=/bin", "A=image"],
  Entrypoint: ["/entry"],
  Cmd: ["default"],
  WorkingDir: "/app",
  Labels: { a: "1", b: "2" },
  StopSignal: "SIGQUIT",
};

const commands: [user: Partial_, entrypoint: string[] | null, cmd: string[] | null][] = [
  [{}, ["/entry"], ["default"]],
  [{ Cmd: ["x"] }, ["/entry"], ["x"]],
  [{ Entrypoint: ["e"] }, ["e"], null],
  [{ Entrypoint: ["e"], Cmd: ["x"] }, ["e"], ["x"]],
  [{ Entrypoint: [""], Cmd: ["x"] }, null, ["x"]],
  [{ Entrypoint: [""] }, null, null],
];

for (const [user, entrypoint, cmd] of commands) {
  Deno.test(`${JSON.stringify(user)} on an image with an entrypoint`, () => {
    const { Entrypoint, Cmd } = mergeConfig(user, image);
    assert.deepEqual({ Entrypoint, Cmd }, { Entrypoint: entrypoint, Cmd: cmd });
  });
}

Deno.test("what the user says wins, and the rest comes from the image", () => {
  const merged = mergeConfig(
    { Env: ["A=user", "B=1"], Labels: { b: "user" }, User: "alice" },
    image,
  );
  assert.deepEqual(merged.Env, ["A=user", "B=1", "PATH=/bin"]);
  assert.deepEqual(merged.Labels, { a: "1", b: "user" });
  assert.equal(merged.User, "alice");
  assert.equal(merged.WorkingDir, "/app");
  assert.equal(merged.StopSignal, "SIGQUIT");
});

Deno.test("no environment at all is null, as docker writes it", () => {
  assert.equal(mergeConfig({}, {}).Env, null);
});

Deno.test("a check is the image's, with what the user wants otherwise", () => {
  const ofImage = { Test: ["CMD", "check"], Interval: 1e9, Retries: 3 };
  const merge = (user?: ContainerConfig["Healthcheck"], image?: ContainerConfig["Healthcheck"]) =>
    mergeConfig({ Healthcheck: user }, { Healthcheck: image }).Healthcheck;
  assert.equal(merge(), undefined);
  assert.deepEqual(merge(undefined, ofImage), ofImage);
  assert.deepEqual(merge({ Interval: 5e9 }, undefined), { Interval: 5e9 });
  assert.deepEqual(merge({ Interval: 5e9, Timeout: 2e9 }, ofImage), {
    Test: ["CMD", "check"],
    Interval: 5e9,
    Timeout: 2e9,
    Retries: 3,
  });
  assert.deepEqual(merge({ Test: ["CMD-SHELL", "mine"] }, ofImage), {
    Test: ["CMD-SHELL", "mine"],
    Interval: 1e9,
    Retries: 3,
  });
  assert.deepEqual(merge({ Test: ["NONE"] }, ofImage)?.Test, ["NONE"]);
  assert.deepEqual(merge({ Test: [], Interval: 0 }, ofImage), ofImage);
});

import assert from "node:assert/strict";
import { checkImageConfig } from "../../../../storage/archive/check_config.ts";

const digest = `sha256:${"a".repeat(64)}`;
const rootfs = { type: "layers", diff_ids: [digest] };

Deno.test("checkImageConfig() takes what docker and other builders write", () => {
  const configs = [
    { os: "linux", architecture: "arm64", rootfs },
    { rootfs: { type: "layers", diff_ids: null }, config: null, history: null },
    { os: "", rootfs },
    {
      os: "linux",
      rootfs,
      config: {
        Env: ["A=b"],
        Cmd: null,
        ExposedPorts: { "80/tcp": {} },
        Volumes: { "/v": null },
        Labels: { a: "b" },
        Healthcheck: { Test: ["NONE"], Interval: 1e9 },
        StopTimeout: 0,
      },
      history: [{ created_by: "x", empty_layer: true }],
      unknown: 1,
    },
  ];
  for (const config of configs) assert.equal(checkImageConfig(config), config);
});

Deno.test("checkImageConfig() names what is wrong", () => {
  const cases: [config: unknown, message: string][] = [
    [null, "invalid image JSON: it is not an object"],
    [{}, "invalid image JSON, no RootFS key"],
    [{ rootfs: null }, "invalid image JSON, no RootFS key"],
    [[], "invalid image JSON: it is not an object"],
    [
      { rootfs: { diff_ids: ["sha256:0"] } },
      "invalid image JSON: rootfs.diff_ids[0] is not a sha256 digest",
    ],
    [
      { rootfs: { diff_ids: [null] } },
      "invalid image JSON: rootfs.diff_ids[0] is not a sha256 digest",
    ],
    [{ rootfs: { diff_ids: {} } }, "invalid image JSON: rootfs.diff_ids is not a list"],
    [{ rootfs, config: { Env: "A=b" } }, "invalid image JSON: config.Env is not a list"],
    [{ rootfs, config: { Env: [null] } }, "invalid image JSON: config.Env[0] is not a string"],
    [
      { rootfs, config: { Labels: { "\x1b": 1 } } },
      'invalid image JSON: config.Labels["\\u001b"] is not a string',
    ],
    [
      { rootfs, config: { Healthcheck: { Retries: 1.5 } } },
      "invalid image JSON: config.Healthcheck.Retries is not an integer",
    ],
    [
      { rootfs, history: [{ empty_layer: "no" }] },
      "invalid image JSON: history[0].empty_layer is not a boolean",
    ],
    [{ rootfs, os: "windows" }, "cannot load windows image on linux"],
    [{ rootfs, os: "\x1b[31m" }, 'cannot load "\\u001b[31m" image on linux'],
  ];
  for (const [config, message] of cases) {
    assert.throws(() => checkImageConfig(config), { name: "InvalidError", message });
  }
});

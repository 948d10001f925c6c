import assert from "node:assert/strict";
import { defaultHostConfig } from "../../../../runtime/container/host_config.ts";
import { verifySettings } from "../../../../runtime/container/verify.ts";
import type { HostConfig } from "../../../../storage/container/config.ts";
import type { ContainerConfig } from "../../../../storage/image/config.ts";

type Settings = [config: Partial<ContainerConfig>, hostConfig: Partial<HostConfig>];

const verify = ([config, hostConfig]: Settings) =>
  verifySettings(config, { ...defaultHostConfig(), ...hostConfig });

const restart = (Name: string, MaximumRetryCount = 0): Settings => [
  {},
  { RestartPolicy: { Name, MaximumRetryCount } },
];

Deno.test("settings that docker accepts", () => {
  const cases: Settings[] = [
    [{}, {}],
    restart("always"),
    restart("unless-stopped"),
    restart("on-failure"),
    restart("on-failure", 5),
    restart("", 3),
    [{}, { AutoRemove: true }],
    [{}, { IpcMode: "shareable" }],
    [{}, { IpcMode: "none" }],
    [{}, { IpcMode: "container:other" }],
    [{}, { UTSMode: "host" }],
    [{ Healthcheck: { Test: ["NONE"] } }, {}],
    [{ Healthcheck: { Interval: 1e6, Timeout: 0, Retries: 1 } }, {}],
  ];
  for (const settings of cases) verify(settings);
});

Deno.test("settings that docker's daemon refuses, in its words", () => {
  const cases: [settings: Settings, message: string][] = [
    [restart("bogus"), "invalid restart policy 'bogus'"],
    [
      restart("always", 3),
      "maximum retry count cannot be used with restart policy 'always'",
    ],
    [restart("no", 1), "maximum retry count cannot be used with restart policy 'no'"],
    [restart("on-failure", -1), "maximum retry count cannot be negative"],
    [
      [{}, { AutoRemove: true, RestartPolicy: { Name: "always", MaximumRetryCount: 0 } }],
      "can't create 'AutoRemove' container with restart policy",
    ],
    [[{}, { IpcMode: "bogus" }], "Invalid IPC mode: bogus"],
    [[{}, { IpcMode: "container:" }], "Invalid IPC mode: container:"],
    [
      [{ Hostname: "web" }, { UTSMode: "host" }],
      "conflicting options: hostname and the UTS mode",
    ],
    [
      [{ Domainname: "example.org" }, { UTSMode: "host" }],
      "conflicting options: domainname and the UTS mode",
    ],
    [
      [{ Healthcheck: { Interval: 1000 } }, {}],
      "Interval in Healthcheck cannot be less than 1ms",
    ],
    [[{ Healthcheck: { Timeout: 1 } }, {}], "Timeout in Healthcheck cannot be less than 1ms"],
    [
      [{ Healthcheck: { StartPeriod: -1e9 } }, {}],
      "StartPeriod in Healthcheck cannot be less than 1ms",
    ],
    [[{ Healthcheck: { Retries: -1 } }, {}], "Retries in Healthcheck cannot be negative"],
  ];
  for (const [settings, message] of cases) {
    assert.throws(() => verify(settings), { name: "InvalidError", message });
  }
});

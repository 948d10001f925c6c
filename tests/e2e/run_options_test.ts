/** Options of `run` and `create`: what is refused, in docker's words, and what is written down. */
import { deepEqual, equal } from "node:assert/strict";
import { boxTest, refuses } from "./harness.ts";

/** What docker 20.10 answers to `create`, and with which code. `box:` stands where it says `docker:`. */
const refused: [options: string[], code: 1 | 125, message: string][] = [
  [
    ["-a", "foo"],
    125,
    'invalid argument "foo" for "-a, --attach" flag: valid streams are STDIN, STDOUT and STDERR',
  ],
  [["--rm", "--restart", "always"], 125, "box: Conflicting options: --restart and --rm."],
  [["--restart", "a:b:c"], 125, "box: invalid restart policy format."],
  [["--restart", "on-failure:x"], 125, "box: maximum retry count must be an integer."],
  [["--restart", "foo"], 1, "invalid restart policy 'foo'"],
  [["--restart", "on-failure:-1"], 1, "maximum retry count cannot be negative"],
  [["--restart", "always:3"], 1, "maximum retry count cannot be used with restart policy 'always'"],
  [
    ["--no-healthcheck", "--health-cmd", "x"],
    125,
    "box: --no-healthcheck conflicts with --health-* options.",
  ],
  [["--health-interval", "-1s"], 125, "box: --health-interval cannot be negative."],
  [["--health-retries", "-1"], 125, "box: --health-retries cannot be negative."],
  [
    ["--health-interval", "x"],
    125,
    'invalid argument "x" for "--health-interval" flag: time: invalid duration "x"',
  ],
  [["--health-timeout", "1us"], 1, "Timeout in Healthcheck cannot be less than 1ms"],
  [
    ["--log-driver", "none", "--log-opt", "max-size=1m"],
    125,
    "box: invalid logging opts for driver none.",
  ],
  [["--stop-signal", "foo"], 1, "Invalid signal: foo"],
  [["--pid", "foo"], 125, "box: --pid: invalid PID mode."],
  [["--pid", "container:nosuch"], 1, "No such container: nosuch"],
  [["--uts", "foo"], 125, "box: --uts: invalid UTS mode."],
  [["--uts", "host", "-h", "x"], 1, "conflicting options: hostname and the UTS mode"],
  [["--ipc", "foo"], 1, "Invalid IPC mode: foo"],
  [["--ipc", "container:nosuch"], 1, "No such container: nosuch"],
];

boxTest("create refuses what makes no sense", async (box) => {
  await box.busybox();
  for (const [options, code, words] of refused) {
    const message = code === 1 ? `Error response from daemon: ${words}` : words;
    await refuses(box, ["create", ...options, "busybox", "true"], { code, message });
  }
});

boxTest("run refuses streams that cannot be attached", async (box) => {
  await box.busybox();
  const cases: [options: string[], message: string][] = [
    [["-d", "-a", "stdout"], "Conflicting options: -a and -d"],
    [["-it"], "the input device is not a TTY"],
    [["-t", "-a", "stdin"], "the input device is not a TTY"],
  ];
  for (const [options, message] of cases) {
    await refuses(box, ["run", ...options, "busybox", "true"], { message });
  }
});

boxTest("what is asked for is written down as docker writes it", async (box) => {
  await box.busybox();
  const cases: [options: string[], format: string, expected: string][] = [
    [[], "{{json .HostConfig.RestartPolicy}}", '{"Name":"no","MaximumRetryCount":0}'],
    [
      ["--restart", "on-failure:3"],
      "{{json .HostConfig.RestartPolicy}}",
      '{"Name":"on-failure","MaximumRetryCount":3}',
    ],
    [[], "{{json .HostConfig.LogConfig}}", '{"Type":"json-file","Config":{}}'],
    [
      ["--log-opt", "max-size=1m", "--log-opt", "max-file=2"],
      "{{json .HostConfig.LogConfig}}",
      '{"Type":"json-file","Config":{"max-file":"2","max-size":"1m"}}',
    ],
    [["--log-driver=none"], "{{json .HostConfig.LogConfig}}", '{"Type":"none","Config":{}}'],
    [["--no-healthcheck"], "{{json .Config.Healthcheck}}", '{"Test":["NONE"]}'],
    [
      ["--health-cmd", "a b", "--health-interval=1m", "--health-retries=4"],
      "{{json .Config.Healthcheck}}",
      '{"Test":["CMD-SHELL","a b"],"Interval":60000000000,"Retries":4}',
    ],
    [
      ["--ipc=shareable", "--uts=host", "--domainname="],
      "{{.HostConfig.IpcMode}} {{.HostConfig.UTSMode}} {{json .HostConfig.SecurityOpt}}",
      "shareable host null",
    ],
    [["--ipc=host"], "{{json .HostConfig.SecurityOpt}}", '["label=disable"]'],
    [["--domainname", "a.b"], "{{.Config.Domainname}}", "a.b"],
    [
      ["-it"],
      "{{json .Config}}",
      '{"Hostname":"NAME","Domainname":"","User":"","AttachStdin":true,"AttachStdout":true,' +
      '"AttachStderr":true,"Tty":true,"OpenStdin":true,"StdinOnce":true,"Env":null,' +
      '"Cmd":["true"],"Image":"busybox","Volumes":null,"WorkingDir":"","Entrypoint":null,' +
      '"OnBuild":null,"Labels":{}}',
    ],
  ];
  for (const [options, format, expected] of cases) {
    const id = await box.ok(["create", ...options, "busybox", "true"]);
    const written = await box.ok(["inspect", "-f", format, id]);
    equal(written.replace(id.slice(0, 12), "NAME"), expected, options.join(" "));
  }
});

boxTest("a check is the image's, with what the container wants otherwise", async (box) => {
  await box.busybox();
  await box.ok("create --name made busybox");
  await box.ok([
    "commit",
    "--change",
    'HEALTHCHECK --interval=5s --retries=2 CMD ["/check"]',
    "made",
    "checked",
  ]);
  const checkOf = async (...options: string[]) => {
    const id = await box.ok(["create", ...options, "checked", "true"]);
    return JSON.parse(await box.ok(["inspect", "-f", "{{json .Config.Healthcheck}}", id]));
  };
  deepEqual(await checkOf(), { Test: ["CMD", "/check"], Interval: 5e9, Retries: 2 });
  deepEqual(await checkOf("--health-interval=1m"), {
    Test: ["CMD", "/check"],
    Interval: 60e9,
    Retries: 2,
  });
  deepEqual((await checkOf("--no-healthcheck")).Test, ["NONE"]);
});

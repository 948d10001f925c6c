import assert from "node:assert/strict";
import { parseCommandLine } from "../../../commands/cli/parse.ts";
import { createOptions, runOptions } from "../../../commands/container_options.ts";
import { containerRequest } from "../../../commands/container_request.ts";
import type { RequestSurroundings } from "../../../commands/container_request/surroundings.ts";

const files: Record<string, string> = {
  "one.env": "A=1\nHOME\nNOWHERE\n",
  "two.env": "A=2\n",
  "labels": "key=value\nbare\n",
  "bad.env": "x y=1\n",
  "seccomp.json": '{ "defaultAction": "a \\" b",\n\t"syscalls": [ ] }\n',
  "cut.json": '{"syscalls":',
  "bad.json": "{]",
};

const surroundings: RequestSurroundings = {
  lookup: (name) => name === "HOME" ? "/root" : undefined,
  readFile(path) {
    if (path === "/dir") throw new Deno.errors.IsADirectory("Is a directory (os error 21)");
    if (path === "/secret") throw new Deno.errors.PermissionDenied("Permission denied");
    if (!(path in files)) throw new Deno.errors.NotFound("No such file or directory");
    return new TextEncoder().encode(files[path]);
  },
  inputIsTerminal: () => false,
  workingDirectory: () => "/here",
};

function request(...argv: string[]) {
  const { options, args } = parseCommandLine(createOptions, argv, false);
  return containerRequest(options, args, surroundings);
}

/** The same for `run`, with or without a terminal in front of it. */
function runRequest(argv: readonly string[], inputIsTerminal = false) {
  const { options, args } = parseCommandLine(runOptions, [...argv, "image"], false);
  return containerRequest(options, args, {
    ...surroundings,
    inputIsTerminal: () => inputIsTerminal,
  });
}

const bare = {
  config: {
    Image: "image",
    Cmd: null,
    Entrypoint: null,
    Env: [],
    Labels: {},
    AttachStdin: false,
    AttachStdout: true,
    AttachStderr: true,
    Tty: false,
    OpenStdin: false,
    StdinOnce: false,
  },
  hostConfig: {
    Binds: null,
    AutoRemove: false,
    ContainerIDFile: "",
    LogConfig: { Type: "json-file", Config: {} },
    NetworkMode: "default",
    Dns: [],
    DnsOptions: [],
    DnsSearch: [],
    ExtraHosts: null,
    Links: null,
    PidMode: "",
    ReadonlyRootfs: false,
    RestartPolicy: { Name: "no", MaximumRetryCount: 0 },
    UTSMode: "",
  },
};

Deno.test("a request says what the options say and no more", () => {
  const cases: [argv: string[], config: object, hostConfig?: object, rest?: object][] = [
    [["image"], {}],
    [["image", "sh", "-c", "--"], { Cmd: ["sh", "-c", "--"] }],
    [["-i", "image"], { AttachStdin: true, OpenStdin: true, StdinOnce: true }],
    [["--entrypoint", "sh", "image", "-c"], { Entrypoint: ["sh"], Cmd: ["-c"] }],
    [["--entrypoint", "sh -c", "image"], { Entrypoint: ["sh -c"] }],
    [["--entrypoint=", "image"], { Entrypoint: [""] }],
    [["-u", "1000:1000", "image"], { User: "1000:1000" }],
    [["-h", "web", "image"], { Hostname: "web" }],
    [["-h", "", "image"], {}],
    [["--domainname", "example.org", "image"], { Domainname: "example.org" }],
    [["-w", "/a/../b/", "image"], { WorkingDir: "/b" }],
    [["-w", "", "image"], {}],
    [["--stop-signal", "sigusr1", "image"], { StopSignal: "sigusr1" }],
    [["--stop-signal", "", "image"], {}],
    [["--stop-timeout", "0", "image"], { StopTimeout: 0 }],
    [["--stop-timeout", "-1", "image"], { StopTimeout: -1 }],
    [
      ["-e", "B=2", "--env-file", "one.env", "-e", "HOME", "--env-file", "two.env", "image"],
      { Env: ["A=1", "HOME=/root", "A=2", "B=2", "HOME=/root"] },
    ],
    [
      ["-l", "key=mine", "--label-file", "labels", "-l", "empty", "image"],
      { Labels: { key: "mine", empty: "" } },
    ],
    [["--name", "web", "image"], {}, {}, { name: "web" }],
    [["--name", "", "image"], {}],
    [["--platform", "linux/x86_64", "image"], {}, {}, { platform: "linux/amd64" }],
    [["--platform", "", "image"], {}],
    [["--rm", "image"], {}, { AutoRemove: true }],
    [["--privileged", "image"], {}, { Privileged: true }],
    [
      ["--cap-add", "ALL", "--cap-add", "chown", "--cap-drop", "x", "image"],
      {},
      { CapAdd: ["ALL", "chown"], CapDrop: ["x"] },
    ],
    [["--group-add", "5", "--userns=host", "image"], {}, { GroupAdd: ["5"], UsernsMode: "host" }],
    [
      ["--security-opt", "systempaths=unconfined", "--security-opt=label:disable", "image"],
      {},
      { SecurityOpt: ["label:disable"], MaskedPaths: [], ReadonlyPaths: [] },
    ],
    [
      ["--security-opt", "seccomp=seccomp.json", "--security-opt", "no-new-privileges", "image"],
      {},
      { SecurityOpt: ['seccomp={"defaultAction":"a \\" b","syscalls":[]}', "no-new-privileges"] },
    ],
    [
      ["--restart", "on-failure:3", "image"],
      {},
      { RestartPolicy: { Name: "on-failure", MaximumRetryCount: 3 } },
    ],
    [
      ["--restart=always", "image"],
      {},
      { RestartPolicy: { Name: "always", MaximumRetryCount: 0 } },
    ],
    [["--restart", "", "image"], {}, { RestartPolicy: { Name: "", MaximumRetryCount: 0 } }],
    [["--log-driver", "none", "image"], {}, { LogConfig: { Type: "none", Config: {} } }],
    [["--log-driver", "", "image"], {}],
    [
      ["--log-opt", "max-size=1m", "--log-opt", "max-file=2", "--log-opt", "tag=a=b", "image"],
      {},
      {
        LogConfig: { Type: "json-file", Config: { "max-file": "2", "max-size": "1m", tag: "a=b" } },
      },
    ],
    [
      ["--log-opt", "env", "image"],
      {},
      { LogConfig: { Type: "json-file", Config: { env: "" } } },
    ],
    [
      ["--pid", "host", "--uts=host", "--ipc", "host", "image"],
      {},
      { PidMode: "host", UTSMode: "host", IpcMode: "host" },
    ],
    [
      ["--pid", "container:a", "--ipc", "container:b", "image"],
      {},
      { PidMode: "container:a", IpcMode: "container:b" },
    ],
    [["--pid", "", "--uts", "", "--ipc", "", "image"], {}],
    [
      [
        "--health-cmd",
        "a b",
        "--health-interval",
        "1m",
        "--health-timeout",
        "2s",
        "--health-retries",
      ]
        .concat("4", "--health-start-period", "1.5s", "image"),
      {
        Healthcheck: {
          Test: ["CMD-SHELL", "a b"],
          Interval: 60e9,
          Timeout: 2e9,
          StartPeriod: 1.5e9,
          Retries: 4,
        },
      },
    ],
    [["--health-interval", "1m", "image"], { Healthcheck: { Interval: 60e9 } }],
    [["--health-cmd", "", "--health-retries", "0", "image"], {}],
    [["--no-healthcheck", "image"], { Healthcheck: { Test: ["NONE"] } }],
    [["--read-only", "image"], {}, { ReadonlyRootfs: true }],
    [["--init", "image"], {}, { Init: true }],
    [["--init=false", "image"], {}],
    [["--cidfile", "id", "image"], {}, { ContainerIDFile: "id" }],
    [["--network", "host", "image"], {}, { NetworkMode: "host" }],
    [["--net=none", "image"], {}, { NetworkMode: "none" }],
    [["--network", "default", "image"], {}, {}],
    [["--network", "container:a", "image"], {}, { NetworkMode: "container:a" }],
    [
      ["--network", "mine", "--ip", "10.0.0.9", "--ip6", "fd00::9", "--net-alias", "a", "image"],
      {},
      { NetworkMode: "mine" },
      {
        networks: {
          mine: {
            IPAMConfig: { IPv4Address: "10.0.0.9", IPv6Address: "fd00::9" },
            Aliases: ["a"],
          },
        },
      },
    ],
    [["--link", "a", "--link", "b:c", "image"], {}, { Links: ["a:a", "b:c"] }],
    [
      ["--network", "mine", "--link", "b:c", "image"],
      {},
      { NetworkMode: "mine", Links: ["b:c"] },
      { networks: { mine: { Links: ["b:c"] } } },
    ],
    [
      ["--dns", "1.1.1.1", "--dns-search", "ex.com", "--dns-opt", "ndots:3", "image"],
      {},
      { Dns: ["1.1.1.1"], DnsSearch: ["ex.com"], DnsOptions: ["ndots:3"] },
    ],
    [
      ["--add-host", "a:1.2.3.4", "--add-host", "b:::1", "--add-host", "h:host-gateway", "image"],
      {},
      { ExtraHosts: ["a:1.2.3.4", "b:::1", "h:host-gateway"] },
    ],
    [["--mac-address", "02:42:00:00:00:01", "image"], { MacAddress: "02:42:00:00:00:01" }],
    [
      [
        "--network",
        "name=a,ip=10.0.0.9,alias=b,mac-address=02:42:00:00:00:0A",
        "--net",
        "c",
        "image",
      ],
      {},
      { NetworkMode: "a" },
      {
        networks: {
          a: {
            IPAMConfig: { IPv4Address: "10.0.0.9" },
            Aliases: ["b"],
            DesiredMacAddress: "02:42:00:00:00:0a",
          },
          c: {},
        },
      },
    ],
    [["--link-local-ip", "169.254.1.1", "image"], {}, {}, {
      networks: { default: { IPAMConfig: { LinkLocalIPs: ["169.254.1.1"] } } },
    }],
    [["-v", "/a:/b", "-v", "/c:/d:ro,z", "image"], {}, { Binds: ["/a:/b", "/c:/d:ro,z"] }],
    [
      ["--mount", "type=bind,src=/a,dst=/b,ro", "image"],
      {},
      { Mounts: [{ Type: "bind", Source: "/a", Target: "/b", ReadOnly: true }] },
    ],
    [
      ["--tmpfs", "/x", "--tmpfs", "/y:size=1m,noexec", "--tmpfs", "/x:ro", "image"],
      {},
      { Tmpfs: { "/x": "ro", "/y": "size=1m,noexec" } },
    ],
    [["--pull", "always", "image"], {}],
    [["--pull", "never", "image"], {}],
    [["--pull", "missing", "image"], {}],
  ];
  for (const [argv, config, hostConfig = {}, rest = {}] of cases) {
    assert.deepEqual(request(...argv), {
      config: { ...bare.config, ...config },
      hostConfig: { ...bare.hostConfig, ...hostConfig },
      ...rest,
    }, argv.join(" "));
  }
});

Deno.test("what Docker's client refuses is a UsageError", () => {
  const cases: [argv: string[], message: string][] = [
    [["--env-file", "nosuch"], "open nosuch: no such file or directory"],
    [["--env-file", "/dir"], "read /dir: is a directory"],
    [["--label-file", "/secret"], "open /secret: permission denied"],
    [
      ["--env-file", "bad.env"],
      "poorly formatted environment: variable 'x y' contains whitespaces",
    ],
    [["--restart", "a:b:c"], "invalid restart policy format"],
    [["--restart", "on-failure:x"], "maximum retry count must be an integer"],
    [["--restart", "on-failure:"], "maximum retry count must be an integer"],
    [["--restart", "always", "--rm"], "Conflicting options: --restart and --rm"],
    [["--rm", "--restart", "bogus"], "Conflicting options: --restart and --rm"],
    [["--log-driver", "none", "--log-opt", "a=b"], "invalid logging opts for driver none"],
    [["--pid", "private"], "--pid: invalid PID mode"],
    [["--pid", "container:"], "--pid: invalid PID mode"],
    [["--pid", "container:a:b"], "--pid: invalid PID mode"],
    [["--uts", "private"], "--uts: invalid UTS mode"],
    [["--userns", "maybe"], "--userns: invalid USER mode"],
    [["--security-opt", "nonsense"], 'Invalid --security-opt: "nonsense"'],
    [
      ["--security-opt", "seccomp=nosuch"],
      "opening seccomp profile (nosuch) failed: open nosuch: no such file or directory",
    ],
    [
      ["--security-opt", "seccomp=cut.json"],
      "compacting json for seccomp profile (cut.json) failed: unexpected end of JSON input",
    ],
    [
      ["--security-opt", "seccomp:bad.json"],
      "compacting json for seccomp profile (bad.json) failed: " +
      "Expected property name or '}' in JSON at position 1 (line 1 column 2)",
    ],
    [["--health-interval", "-1s"], "--health-interval cannot be negative"],
    [["--health-timeout", "-1s"], "--health-timeout cannot be negative"],
    [["--health-retries", "-1"], "--health-retries cannot be negative"],
    [["--health-start-period", "-1s"], "--health-start-period cannot be negative"],
    [
      ["--no-healthcheck", "--health-cmd", "x"],
      "--no-healthcheck conflicts with --health-* options",
    ],
    [["--network", ""], "no name set for network"],
    [["--mac-address", "02:42:00:00:00:zz"], "02:42:00:00:00:zz is not a valid mac address"],
    [
      ["--network-alias", "a"],
      "network-scoped aliases are only supported for user-defined networks",
    ],
    [["--network", "a", "--network", "a"], 'network "a" is specified multiple times'],
    [
      ["--network", "a", "--network", "host"],
      "conflicting options: cannot attach both user-defined and non-user-defined network-modes",
    ],
    [
      ["--network", "name=a,ip=10.0.0.9", "--ip", "10.0.0.8"],
      "conflicting options: cannot specify both --ip and per-network IPv4 address",
    ],
    [["--network", "name=a,mac-address=zz"], "zz is not a valid mac address"],
    [
      ["--pull", "often"],
      `invalid pull option: 'often': must be one of "always", "missing" or "never"`,
    ],
    [
      ["--platform", "a/b/c/d"],
      'error parsing specified platform: "a/b/c/d": cannot parse platform specifier: ' +
      "invalid argument",
    ],
  ];
  for (const [argv, message] of cases) {
    assert.throws(() => request(...argv, "image"), { name: "UsageError", message });
  }
});

Deno.test("what Docker's daemon refuses is an InvalidError", () => {
  const cases: [argv: string[], message: string][] = [
    [
      ["-w", "rel"],
      "the working directory 'rel' is invalid, it needs to be an absolute path",
    ],
    [["--stop-signal", "bogus"], "Invalid signal: bogus"],
    [["--tmpfs", "x"], "invalid mount path: 'x' mount path must be absolute"],
    [["--tmpfs", ":ro"], "invalid mount path: '' mount path must be absolute"],
    [["--tmpfs", "/x/.."], "invalid specification: destination can't be '/'"],
    [["--ip", "abc"], "invalid IPv4 address: abc"],
    [["--ip6", "10.0.0.1"], "invalid IPv6 address: 10.0.0.1"],
    [
      ["--network", "container:"],
      "Invalid network mode: invalid container format container:<name|id>",
    ],
    [
      ["--network", "none", "--network", "host"],
      "Container cannot be connected to network endpoints: host, none",
    ],
  ];
  for (const [argv, message] of cases) {
    assert.throws(() => request(...argv, "image"), { name: "InvalidError", message });
  }
});

Deno.test("-v of a path alone is an anonymous volume, and ./ begins here", () => {
  const options = ["-v", "/anonymous", "-v", "name:/b:ro", "-v", "./sub:/c", "-v", ".:/d"];
  const { config, hostConfig } = request(
    ...options,
    "--volume-driver",
    "local",
    "--volumes-from",
    "other:ro",
    "image",
  );
  assert.deepEqual(config.Volumes, { "/anonymous": {} });
  assert.deepEqual(hostConfig.Binds, ["name:/b:ro", "/here/./sub:/c", "/here/.:/d"]);
  assert.deepEqual([hostConfig.VolumeDriver, hostConfig.VolumesFrom], ["local", ["other:ro"]]);
});

Deno.test("which streams are attached, as Docker writes it", () => {
  const names = [
    "AttachStdin",
    "AttachStdout",
    "AttachStderr",
    "Tty",
    "OpenStdin",
    "StdinOnce",
  ] as const;
  const cases: [argv: string[], set: typeof names[number][]][] = [
    [[], ["AttachStdout", "AttachStderr"]],
    [["-i"], ["AttachStdin", "AttachStdout", "AttachStderr", "OpenStdin", "StdinOnce"]],
    [["-it"], [...names]],
    [["-t"], ["AttachStdout", "AttachStderr", "Tty"]],
    [["-a", "stdin"], ["AttachStdin"]],
    [["-a", "stdin", "-i"], ["AttachStdin", "OpenStdin", "StdinOnce"]],
    [["-a", "STDOUT", "-i"], ["AttachStdin", "AttachStdout", "OpenStdin", "StdinOnce"]],
    [["-a", "STDERR", "--attach=stdout"], ["AttachStdout", "AttachStderr"]],
    [["-d"], []],
    [["-di"], ["OpenStdin"]],
    [["-dit"], ["Tty", "OpenStdin"]],
  ];
  for (const [argv, set] of cases) {
    const { config } = runRequest(argv, true);
    assert.deepEqual(names.filter((name) => config[name]), set, argv.join(" "));
  }
});

Deno.test("a terminal needs one in front of it, unless nothing is attached to its input", () => {
  const refusal = { name: "CliError", message: "the input device is not a TTY", exitCode: 1 };
  assert.throws(() => runRequest(["-it"]), refusal);
  assert.throws(() => runRequest(["-t", "-a", "stdin"]), refusal);
  for (const argv of [["-t"], ["-i"], ["-dit"]]) runRequest(argv);
  request("-it", "image"); // `create` attaches nothing yet
  assert.throws(() => runRequest(["-d", "-a", "stdout"]), {
    name: "CliError",
    message: "Conflicting options: -a and -d",
    exitCode: 1,
  });
});

Deno.test("BOX_NETWORK is the network of a container that asks for none", () => {
  const modeOf = (value: string, ...argv: string[]) => {
    const { options, args } = parseCommandLine(createOptions, [...argv, "image"], false);
    const lookup = (name: string) => name === "BOX_NETWORK" ? value : surroundings.lookup(name);
    return containerRequest(options, args, { ...surroundings, lookup }).hostConfig.NetworkMode;
  };
  assert.equal(modeOf("none"), "none");
  assert.equal(modeOf(""), "default");
  assert.equal(modeOf("none", "--network", "bridge"), "bridge");
});

Deno.test("BOX_USERNS_REMAP is asked for with every container", () => {
  const remapOf = (value: string) => {
    const { options, args } = parseCommandLine(createOptions, ["image"], false);
    const lookup = (name: string) =>
      name === "BOX_USERNS_REMAP" ? value : surroundings.lookup(name);
    return containerRequest(options, args, { ...surroundings, lookup }).usernsRemap;
  };
  assert.equal(remapOf("default"), "default");
  assert.equal(remapOf(""), undefined);
});

import assert from "node:assert/strict";
import { parseCommandLine } from "../../../commands/cli/parse.ts";
import { createOptions } from "../../../commands/container_options.ts";
import { containerRequest, type RequestSurroundings } from "../../../commands/container_request.ts";

const files: Record<string, string> = {
  "one.env": "A=1\nHOME\nNOWHERE\n",
  "two.env": "A=2\n",
  "labels": "key=value\nbare\n",
  "bad.env": "x y=1\n",
};

const surroundings: RequestSurroundings = {
  lookup: (name) => name === "HOME" ? "/root" : undefined,
  readFile(path) {
    if (path === "/dir") throw new Deno.errors.IsADirectory("Is a directory (os error 21)");
    if (path === "/secret") throw new Deno.errors.PermissionDenied("Permission denied");
    if (!(path in files)) throw new Deno.errors.NotFound("No such file or directory");
    return new TextEncoder().encode(files[path]);
  },
};

function request(...argv: string[]) {
  const { options, args } = parseCommandLine(createOptions, argv, false);
  return containerRequest(options, args, surroundings);
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
    OpenStdin: false,
    StdinOnce: false,
  },
  hostConfig: {
    Binds: null,
    AutoRemove: false,
    ContainerIDFile: "",
    NetworkMode: "none",
    ReadonlyRootfs: false,
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
    [["--read-only", "image"], {}, { ReadonlyRootfs: true }],
    [["--init", "image"], {}, { Init: true }],
    [["--init=false", "image"], {}],
    [["--cidfile", "id", "image"], {}, { ContainerIDFile: "id" }],
    [["--network", "host", "image"], {}, { NetworkMode: "host" }],
    [["--net=none", "image"], {}, { NetworkMode: "none" }],
    [["--network", "default", "image"], {}, { NetworkMode: "none" }],
    [["--network", "host", "--net", "host", "image"], {}, { NetworkMode: "host" }],
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
    [["--network", ""], "no name set for network"],
    [["--network", "bridge"], "--network bridge is not supported yet, only none and host are"],
    [["--pull", "always"], "--pull always is not supported yet"],
    [
      ["--pull", "often"],
      `invalid pull option: 'often': must be one of "always", "missing" or "never"`,
    ],
    [
      ["--platform", "a/b/c/d"],
      'error parsing specified platform: "a/b/c/d": cannot parse platform specifier: ' +
      "invalid argument",
    ],
    [["-v", "name:/data"], "volumes are not supported yet: --volume name:/data"],
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
    [["-v", "a:b:c:d"], "invalid volume specification: 'a:b:c:d'"],
    [
      ["--network", "none", "--network", "host"],
      "Container cannot be connected to network endpoints: host, none",
    ],
  ];
  for (const [argv, message] of cases) {
    assert.throws(() => request(...argv, "image"), { name: "InvalidError", message });
  }
});

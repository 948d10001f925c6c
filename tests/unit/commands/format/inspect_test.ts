import { deepEqual, equal, throws } from "node:assert/strict";
import {
  checkInspectFormat,
  formatInspect,
  type InspectElement,
} from "../../../../commands/format/inspect.ts";
import { TemplateParseError } from "../../../../commands/format/template/mod.ts";
import container from "./container.json" with { type: "json" };

function run(element: InspectElement, format: string) {
  const { output, errors } = formatInspect([element], { format });
  return errors.length > 0 ? errors[0] : output;
}

Deno.test("docker inspect without a format prints what it read", () => {
  const { output, errors } = formatInspect([{ kind: "container", data: container }]);
  deepEqual(JSON.parse(output), [container]);
  deepEqual(errors, []);
  equal(output, JSON.stringify([container], null, 4) + "\n");
  equal(formatInspect([]).output, "[]\n");
});

Deno.test("what docker prints for a container with more options", () => {
  const element: InspectElement = {
    kind: "container",
    data: {
      ...container,
      SizeRw: 5,
      State: {
        ...container.State,
        Health: {
          Status: "healthy",
          FailingStreak: 0,
          Log: [{ Start: "2026-11-21T01:56:57.5Z", ExitCode: 0, Output: "ok" }],
        },
      },
      Config: {
        ...container.Config,
        Healthcheck: { Test: ["CMD-SHELL", "true"], Interval: 90_000_000_000 },
      },
      HostConfig: {
        ...container.HostConfig,
        NanoCpus: 1_500_000_000,
        Dns: ["1.1.1.1"],
        PortBindings: { "80/tcp": [{ HostIp: "", HostPort: "8080" }] },
        Ulimits: [{ Name: "nofile", Hard: 20, Soft: 10 }],
        Mounts: [{ Type: "bind", Source: "/tmp", Target: "/t" }],
        Devices: [
          { PathOnHost: "/dev/null", PathInContainer: "/dev/null", CgroupPermissions: "rwm" },
        ],
      },
    },
  };
  const cases: [format: string, output: string][] = [
    ["{{.SizeRw}} {{.SizeRootFs}}", "5 <nil>\n"],
    ["{{if .State.Health}}{{.State.Health.Status}}{{end}}", "healthy\n"],
    [
      "{{range .State.Health.Log}}{{.Start}} {{.Output}}{{end}}",
      "2026-11-21 01:56:57.5 +0000 UTC ok\n",
    ],
    ["{{.Config.Healthcheck.Interval}}", "1m30s\n"],
    ["{{.Config.Healthcheck}}", "{[CMD-SHELL true] 1m30s 0s 0s 0}\n"],
    ['{{printf "%d" .Config.Healthcheck.Interval}}', "90000000000\n"],
    ["{{json .Config.Healthcheck}}", '{"Test":["CMD-SHELL","true"],"Interval":90000000000}\n'],
    ["{{.HostConfig.NanoCPUs}} {{.HostConfig.DNS}}", "1500000000 [1.1.1.1]\n"],
    ["{{.HostConfig.NanoCpus}} {{.HostConfig.Dns}}", "1500000000 [1.1.1.1]\n"],
    ["{{.HostConfig.Ulimits}}", "[nofile=10:20]\n"],
    ["{{range .HostConfig.Ulimits}}{{.}} {{.Soft}}{{end}}", "nofile=10:20 10\n"],
    ["{{.HostConfig.Mounts}}", "[{bind /tmp /t false  <nil> <nil> <nil>}]\n"],
    ["{{.HostConfig.Devices}}", "[{/dev/null /dev/null rwm}]\n"],
    ["{{.HostConfig.PortBindings}}", "map[80/tcp:[{ 8080}]]\n"],
    [
      "{{range $p, $b := .HostConfig.PortBindings}}{{$p}}={{(index $b 0).HostPort}}{{end}}",
      "80/tcp=8080\n",
    ],
    ['{{(index (index .HostConfig.PortBindings "80/tcp") 0).HostPort}}', "8080\n"],
    [
      '{{(index (index .HostConfig.PortBindings "80/tcp") 0).HostIP}}',
      'template parsing error: template: :1:51: executing "" at <0>: map has no entry for key "HostIP"',
    ],
  ];
  for (const [format, output] of cases) equal(run(element, format), output, format);
});

Deno.test("what docker prints for an image", () => {
  const element: InspectElement = {
    kind: "image",
    data: {
      Id: "sha256:d7ea",
      RepoTags: ["fmtref:1"],
      RepoDigests: [],
      Created: "2026-11-21T03:14:43.387795375Z",
      ContainerConfig: { Cmd: null, Labels: null },
      Config: { Cmd: null, Entrypoint: null, Env: null, Labels: null },
      Os: "linux",
      Size: 1_982_256,
      GraphDriver: { Data: { WorkDir: "/w" }, Name: "overlay2" },
      RootFS: { Type: "layers", Layers: ["sha256:7648"] },
      Metadata: { LastTagTime: "2026-11-21T03:14:43.389247251Z" },
    },
  };
  const cases: [format: string, output: string][] = [
    ["{{.ID}} {{.Os}} {{.Size}}", "sha256:d7ea linux 1982256\n"],
    ["{{.Id}}", "sha256:d7ea\n"],
    ["{{.RepoTags}} {{.RepoDigests}} {{index .RepoTags 0}}", "[fmtref:1] [] fmtref:1\n"],
    ["{{.Config.Labels}} {{.Config.Labels.x}}", "map[] <no value>\n"],
    ["{{.Config.Entrypoint}} {{json .Config.Entrypoint}}", "[] null\n"],
    ["{{.Config.Healthcheck}} {{.Variant}}|{{.OsVersion}}", "<nil> |\n"],
    ["{{.RootFS}}{{range .RootFS.Layers}}{{.}}{{end}}", "{layers [sha256:7648] }sha256:7648\n"],
    ["{{.Metadata}}", "{2026-11-21 03:14:43.389247251 +0000 UTC}\n"],
    ["{{json .Metadata}}", '{"LastTagTime":"2026-11-21T03:14:43.389247251Z"}\n'],
    [
      '{{printf "%T %T %T" . .Config .Metadata}}',
      "types.ImageInspect *container.Config types.ImageMetadata\n",
    ],
    [
      "{{.ID.x}}",
      'template parsing error: template: :1:5: executing "" at <.ID.x>: map has no entry for key "ID"',
    ],
  ];
  for (const [format, output] of cases) equal(run(element, format), output, format);
});

Deno.test("what docker prints for a network", () => {
  const element: InspectElement = {
    kind: "network",
    data: {
      Name: "host",
      Id: "9328",
      Created: "2026-11-21T03:08:51.073965578Z",
      Scope: "local",
      Driver: "host",
      EnableIPv6: false,
      IPAM: { Driver: "default", Options: null, Config: [] },
      ConfigFrom: { Network: "" },
      Containers: {},
      Options: {},
      Labels: {},
    },
  };
  const cases: [format: string, output: string][] = [
    ["{{.Created}}", "2026-11-21 03:08:51.073965578 +0000 UTC\n"],
    ["{{.Id}} {{.Created}}", "9328 2026-11-21T03:08:51.073965578Z\n"],
    ["{{json .Created}}", '"2026-11-21T03:08:51.073965578Z"\n'],
    ['{{printf "%s %T" .Created .Created}}', "2026-11-21 03:08:51.073965578 +0000 UTC time.Time\n"],
    ["{{.IPAM}} {{.ConfigFrom}} {{.Services}}", "{default map[] []} {} map[]\n"],
    ['{{.Options.x}} {{index .Options "x"}}|', "<no value> |\n"],
    [
      "{{.}}",
      "{host 9328 2026-11-21 03:08:51.073965578 +0000 UTC local host false {default map[] []} " +
      "false false false {} false map[] map[] map[] [] map[]}\n",
    ],
  ];
  for (const [format, output] of cases) equal(run(element, format), output, format);
});

Deno.test("docker volume inspect has no raw JSON to fall back on", () => {
  const element: InspectElement = {
    kind: "volume",
    data: { CreatedAt: "2026-11-21T03:14:43Z", Driver: "local", Labels: { a: "<&>" }, Name: "v" },
  };
  const nope = formatInspect([element], { format: "{{.Nope}}", isTyped: true });
  deepEqual(nope, {
    output: "\n",
    errors: [
      'template parsing error: template: :1:2: executing "" at <.Nope>: ' +
      "can't evaluate field Nope in type types.Volume",
    ],
  });
  equal(run(element, "{{.}}"), "{2026-11-21T03:14:43Z local map[a:<&>]  v map[]  map[] <nil>}\n");
  const json = formatInspect([element], { isTyped: true }).output;
  equal(json.includes('"a": "\\u003c\\u0026\\u003e"'), true);
});

Deno.test("an element that the format does not fit is left out and reported", () => {
  const volume: InspectElement = { kind: "volume", data: { Name: "vol" } };
  const elements: InspectElement[] = [volume, { kind: "container", data: container }];
  deepEqual(formatInspect(elements, { format: "{{.Name}}{{.State.Pid}}" }), {
    output: "/fmtref0\n",
    errors: [
      'template parsing error: template: :1:17: executing "" at <.State.Pid>: ' +
      'map has no entry for key "State"',
    ],
  });
  deepEqual(formatInspect(elements, { format: '{{""}}' }), { output: "\n\n", errors: [] });
});

Deno.test("a malformed format is found before anything is looked for", () => {
  throws(() => checkInspectFormat("{{.Id"), {
    name: "TemplateParseError",
    message: "template parsing error: template: :1: unclosed action",
  });
  throws(() => formatInspect([], { format: "{{end}}" }), TemplateParseError);
});

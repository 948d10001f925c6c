import { equal, throws } from "node:assert/strict";
import { infoType, versionType } from "../../../../../commands/format/docker_types/system.ts";
import { parseTemplate } from "../../../../../commands/format/template/mod.ts";

const version = {
  Client: { Platform: { Name: "" }, Version: "20.10.24", ApiVersion: "1.41", Os: "linux" },
  Server: {
    Platform: { Name: "" },
    Components: [{ Name: "Engine", Version: "20.10.24", Details: { Os: "linux", Arch: "amd64" } }],
    Version: "20.10.24",
    ApiVersion: "1.41",
  },
};

Deno.test("docker version --format", () => {
  const cases: [format: string, output: string][] = [
    ["{{.Server.Version}} {{.Client.APIVersion}}", "20.10.24 1.41"],
    ["{{(index .Server.Components 0).Name}}", "Engine"],
    ["{{range .Server.Components}}{{.Details}}{{end}}", "map[Arch:amd64 Os:linux]"],
    ["{{json .Client}}", JSON.stringify(version.Client)],
  ];
  for (const [format, output] of cases) {
    equal(parseTemplate(format, "version").execute(version, { type: versionType }), output);
  }
});

Deno.test("docker version --format refuses what it does not have, after what it has", () => {
  const at = (place: string) => `template: version:1:${place}: executing "version" at `;
  const cases: [format: string, message: string, output: string][] = [
    ["{{.Nope}}", at("2") + "<.Nope>: can't evaluate field Nope in type system.versionInfo", ""],
    [
      "{{.Server.Version}} {{.Client.ApiVersion}}",
      at("29") +
      "<.Client.ApiVersion>: can't evaluate field ApiVersion in type system.clientVersion",
      "20.10.24 ",
    ],
    [
      "{{.Server.Nope}}",
      at("9") + "<.Server.Nope>: can't evaluate field Nope in type *types.Version",
      "",
    ],
    [
      "{{.Client.Platform.Nope}}",
      at("9") + "<.Client.Platform.Nope>: can't evaluate field Nope in type struct { Name string }",
      "",
    ],
  ];
  for (const [format, message, output] of cases) {
    throws(() => parseTemplate(format, "version").execute(version, { type: versionType }), {
      name: "TemplateExecutionError",
      message,
      output,
    });
  }
});

Deno.test("docker info --format", () => {
  const info = {
    DriverStatus: [["Backing Filesystem", "extfs"], ["Supports d_type", "true"]],
    Plugins: { Volume: ["local"], Network: ["host", "null"], Authorization: null, Log: [] },
    CpuCfsPeriod: true,
    Runtimes: { runc: { path: "runc" }, crun: { path: "/usr/bin/crun" } },
    MemTotal: 25_276_502_016,
    Labels: null,
    Swarm: { LocalNodeState: "inactive" },
    Rootless: "no: root",
  };
  const cases: [format: string, output: string][] = [
    ["{{.DriverStatus}}", "[[Backing Filesystem extfs] [Supports d_type true]]"],
    ["{{range .DriverStatus}}{{index . 0}};{{end}}", "Backing Filesystem;Supports d_type;"],
    ["{{.Plugins}}", "{[local] [host null] [] []}"],
    ["{{.CPUCfsPeriod}} {{.MemTotal}} {{.Labels}} {{.NCPU}}", "true 25276502016 [] 0"],
    ["{{.Runtimes}}", "map[crun:{/usr/bin/crun [] <nil>} runc:{runc [] <nil>}]"],
    ["{{.Runtimes.runc.Path}} {{.Runtimes.nope}}", "runc <no value>"],
    ['{{index .Runtimes "nope"}}', "{ [] <nil>}"],
    ["{{range $k, $v := .Runtimes}}{{$k}}={{$v.Path}} {{end}}", "crun=/usr/bin/crun runc=runc "],
    ["{{.Swarm.LocalNodeState}}", "inactive"],
    // What box has and docker has not.
    ["{{.Rootless}}", "no: root"],
  ];
  for (const [format, output] of cases) {
    equal(parseTemplate(format).execute(info, { type: infoType }), output, format);
  }
  throws(() => parseTemplate("{{.Swarm.Nope}}").execute(info, { type: infoType }), {
    message: 'template: :1:8: executing "" at <.Swarm.Nope>: ' +
      "can't evaluate field Nope in type swarm.Info",
  });
});

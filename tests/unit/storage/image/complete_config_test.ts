import { equal } from "node:assert/strict";
import { completeConfig } from "../../../../storage/image/complete_config.ts";

// What docker 20.10 shows of an image with this configuration.
const given = {
  Env: ["A=b"],
  Labels: { z: "1" },
  Volumes: {},
  ExposedPorts: { "80/tcp": {} },
  Unknown: 1,
  StopTimeout: 7,
  Healthcheck: {},
  NetworkDisabled: true,
  ArgsEscaped: false,
  Cmd: [],
  Shell: [],
  User: "u",
};

Deno.test("a configuration gets all of docker's fields, in docker's order", () => {
  equal(
    JSON.stringify(completeConfig(given)),
    '{"Hostname":"","Domainname":"","User":"u","AttachStdin":false,"AttachStdout":false,' +
      '"AttachStderr":false,"ExposedPorts":{"80/tcp":{}},"Tty":false,"OpenStdin":false,' +
      '"StdinOnce":false,"Env":["A=b"],"Cmd":[],"Image":"","Volumes":{},"WorkingDir":"",' +
      '"Entrypoint":null,"NetworkDisabled":true,"OnBuild":null,"Labels":{"z":"1"},' +
      '"StopTimeout":7}',
  );
});

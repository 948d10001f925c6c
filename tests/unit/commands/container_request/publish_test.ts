import assert from "node:assert/strict";
import { publishRequest } from "../../../../commands/container_request/publish.ts";

const none: Parameters<typeof publishRequest>[0] = {
  publish: [],
  expose: [],
  "publish-all": false,
};

Deno.test("what is published is exposed; several places for one port are kept", () => {
  const publish = ["8080:80", "127.0.0.1::80/udp", "[::1]:9090:80", "9000-9001:7000-7001"];
  const { config, hostConfig } = publishRequest({ ...none, publish });
  assert.deepEqual(Object.keys(config.ExposedPorts!), ["80/tcp", "80/udp", "7000/tcp", "7001/tcp"]);
  assert.deepEqual(hostConfig.PortBindings, {
    "80/tcp": [{ HostIp: "", HostPort: "8080" }, { HostIp: "::1", HostPort: "9090" }],
    "80/udp": [{ HostIp: "127.0.0.1", HostPort: "" }],
    "7000/tcp": [{ HostIp: "", HostPort: "9000" }],
    "7001/tcp": [{ HostIp: "", HostPort: "9001" }],
  });
});

Deno.test("the long form says the same", () => {
  const publish = ["published=8080,target=80,protocol=udp"];
  assert.deepEqual(publishRequest({ ...none, publish }).hostConfig.PortBindings, {
    "80/udp": [{ HostIp: "", HostPort: "8080" }],
  });
});

Deno.test("--expose takes ranges, and publishes nothing; -P does", () => {
  const { config, hostConfig } = publishRequest({
    publish: [],
    expose: ["80-81", "53/udp"],
    "publish-all": true,
  });
  assert.deepEqual(Object.keys(config.ExposedPorts!), ["80/tcp", "81/tcp", "53/udp"]);
  assert.deepEqual(hostConfig, { PublishAllPorts: true });
  assert.deepEqual(publishRequest(none), { config: {}, hostConfig: {} });
});

const refused: [options: Partial<typeof none>, message: string][] = [
  [{ publish: ["x"] }, "Invalid containerPort: x"],
  [
    { publish: ["target=80,published"] },
    "invalid publish opts format " +
    "(should be name=value but got 'published')",
  ],
  [{ expose: ["1:2"] }, "invalid port format for --expose: 1:2"],
  [
    { expose: ["9-8"] },
    "invalid range format for --expose: 9-8, error: " +
    "Invalid range specified for the Port: 9-8",
  ],
  [
    { expose: ["a"] },
    "invalid range format for --expose: a, error: " +
    'strconv.ParseUint: parsing "a": invalid syntax',
  ],
  [{ expose: ["80/icmp"] }, "Invalid proto: icmp"],
];

for (const [options, message] of refused) {
  Deno.test(`refused: ${JSON.stringify(options)}`, () => {
    assert.throws(() => publishRequest({ ...none, ...options }), {
      name: "UsageError",
      message,
    });
  });
}

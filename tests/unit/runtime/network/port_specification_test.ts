import assert from "node:assert/strict";
import {
  exposedPortsOf,
  parsePortSpecification,
} from "../../../../runtime/network/port_specification.ts";

Deno.test("parsePortSpecification() reads address, host port, container port and protocol", () => {
  assert.deepEqual(parsePortSpecification("[::1]:8080:80/UDP"), [
    { hostIp: "::1", hostPort: "8080", containerPort: 80, protocol: "udp" },
  ]);
  assert.deepEqual(parsePortSpecification("127.0.0.1::80"), [
    { hostIp: "127.0.0.1", hostPort: "", containerPort: 80, protocol: "tcp" },
  ]);
});

Deno.test("parsePortSpecification() pairs ranges, and leaves one container port a range to choose from", () => {
  const ports = (text: string) =>
    parsePortSpecification(text).map((mapping) => [mapping.hostPort, mapping.containerPort]);
  assert.deepEqual(ports("90-91:80-81"), [["90", 80], ["91", 81]]);
  assert.deepEqual(ports("90-99:80"), [["90-99", 80]]);
});

Deno.test("exposedPortsOf() names every port of a range", () => {
  assert.deepEqual(exposedPortsOf("8000-8002/sctp"), ["8000/sctp", "8001/sctp", "8002/sctp"]);
  assert.deepEqual(exposedPortsOf("80/"), ["80/tcp"]);
});

const refused: [text: string, message: string][] = [
  ["", "No port specified: <empty>"],
  ["/tcp", "No port specified: /tcp<empty>"],
  ["x", "Invalid containerPort: x"],
  ["9-8", "Invalid containerPort: 9-8"],
  ["65536", "Invalid containerPort: 65536"],
  ["80-a", "Invalid containerPort: 80-a"],
  ["a:80", "Invalid hostPort: a"],
  ["1-2:3-9", "Invalid ranges specified for container and host Ports: 3-9 and 1-2"],
  ["80/foo", "Invalid proto: foo"],
  ["host:90:80", "Invalid ip address: host"],
  ["1.2.3.256:90:80", "Invalid ip address: 1.2.3.256"],
  ["::1:90:80", "Invalid ip address ::1: address ::1:: too many colons in address"],
];

for (const [text, message] of refused) {
  Deno.test(`parsePortSpecification() refuses ${JSON.stringify(text)}`, () => {
    assert.throws(() => parsePortSpecification(text), { name: "InvalidError", message });
  });
}

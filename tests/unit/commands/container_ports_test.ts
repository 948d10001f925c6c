import { equal } from "node:assert/strict";
import { describePorts } from "../../../commands/container_ports.ts";
import type { Port } from "../../../runtime/container/ports.ts";

const exposed = (PrivatePort: number, Type = "tcp"): Port => ({ PrivatePort, Type });
const published = (IP: string, PublicPort: number, PrivatePort: number, Type = "tcp"): Port => ({
  IP,
  PublicPort,
  PrivatePort,
  Type,
});

Deno.test("ports are listed as docker's client lists them", () => {
  const cases: [ports: Port[], text: string][] = [
    [[], ""],
    [[exposed(80)], "80/tcp"],
    [[exposed(80), exposed(81), exposed(82)], "80-82/tcp"],
    [[exposed(80), exposed(82)], "80/tcp, 82/tcp"],
    [[exposed(80), exposed(81, "udp"), exposed(82)], "80/tcp, 82/tcp, 81/udp"],
    [
      [published("0.0.0.0", 80, 80), published("0.0.0.0", 81, 81)],
      "0.0.0.0:80-81->80-81/tcp",
    ],
    [
      [published("::", 8080, 80), published("0.0.0.0", 8080, 80)],
      "0.0.0.0:8080->80/tcp, :::8080->80/tcp",
    ],
    [
      [published("0.0.0.0", 443, 443), published("0.0.0.0", 8080, 80), exposed(22)],
      "22/tcp, 0.0.0.0:443->443/tcp, 0.0.0.0:8080->80/tcp",
    ],
    [
      [published("::", 80, 80), published("0.0.0.0", 80, 80), published("::", 81, 81)],
      "0.0.0.0:80->80/tcp, :::80-81->80-81/tcp",
    ],
    [
      [exposed(90, "udp"), exposed(80), exposed(91, "udp"), exposed(81), exposed(85)],
      "80-81/tcp, 85/tcp, 90-91/udp",
    ],
    [
      [published("0.0.0.0", 80, 80), published("0.0.0.0", 80, 80, "udp")],
      "0.0.0.0:80->80/tcp, 0.0.0.0:80->80/udp",
    ],
  ];
  for (const [ports, text] of cases) equal(describePorts(ports), text);
});

import assert from "node:assert/strict";
import { FAMILY } from "../../../../../ffi/netlink/netfilter/expressions.ts";
import { makeTable } from "../../../../../runtime/network/nftables/bridge_table.ts";
import { endForwarding, forwardPorts } from "../../../../../runtime/network/ports/publish.ts";
import { TestNetwork } from "../nftables/helpers.ts";

const ports = {
  "80/tcp": [{ HostIp: "0.0.0.0", HostPort: "8080" }, { HostIp: "::", HostPort: "8080" }],
  "53/udp": [{ HostIp: "127.0.0.1", HostPort: "5353" }],
  "443/tcp": null,
};

const bridge = {
  family: FAMILY.IPV4,
  name: "box0",
  subnet: "172.17.0.0/16",
  masquerade: true,
  internal: false,
  isolating: false,
};

function end(network: TestNetwork, name: string, address: string): void {
  for (const socket of network.inside(() => endForwarding(name, address))) socket[Symbol.dispose]();
}

Deno.test({
  name: "a published port is an element of a map, and goes with its owner's address",
  ignore: Deno.uid() !== 0,
  fn() {
    using network = new TestNetwork();
    const list = () => network.run("nft", "list", "table", "ip", "box0").replace(/\s+/g, " ");
    network.inside(() => {
      makeTable(bridge);
      forwardPorts("box0", ports, "172.17.0.2");
    });
    assert.match(list(), /elements = \{ tcp \. 8080 : 172\.17\.0\.2 \. 80 \}/);
    assert.match(list(), /elements = \{ 127\.0\.0\.1 \. udp \. 5353 : 172\.17\.0\.2 \. 53 \}/);
    // As after a crash: the ports were free, so whoever had them is gone.
    network.inside(() => forwardPorts("box0", ports, "172.17.0.3"));
    assert.match(list(), /elements = \{ tcp \. 8080 : 172\.17\.0\.3 \. 80 \}/);
    end(network, "box0", "172.17.0.2");
    assert.match(list(), /172\.17\.0\.3/);
    end(network, "box0", "172.17.0.3");
    assert.doesNotMatch(list(), /172\.17\.0\.3/);
    end(network, "gone", "172.17.0.3");
  },
});

Deno.test({
  name: "to a container with IPv6, ports are published by IPv6, too, but for ::1",
  ignore: Deno.uid() !== 0,
  fn() {
    using network = new TestNetwork();
    const list = () => network.run("nft", "list", "table", "ip6", "box0").replace(/\s+/g, " ");
    const addressed = {
      ...ports,
      "443/tcp": [{ HostIp: "::1", HostPort: "443" }, { HostIp: "fd00::1", HostPort: "444" }],
    };
    network.inside(() => {
      makeTable({ ...bridge, family: FAMILY.IPV6, subnet: "fd00:1::/64" });
      forwardPorts("box0", addressed, "fd00:1::2");
    });
    assert.match(list(), /map ports \{[^}]* elements = \{ tcp \. 8080 : fd00:1::2 \. 80 \}/);
    assert.match(list(), /elements = \{ fd00::1 \. tcp \. 444 : fd00:1::2 \. 443 \}/);
    end(network, "box0", "fd00:1::2");
    assert.doesNotMatch(list(), /elements/);
  },
});

Deno.test({
  name: "who sends datagrams is led to the port that is published now, not to the one that was",
  ignore: Deno.uid() !== 0,
  fn() {
    using network = new TestNetwork();
    for (const link of ["lo", "box0"]) {
      if (link !== "lo") network.run("ip", "link", "add", link, "type", "bridge");
      network.run("ip", "link", "set", link, "up");
    }
    network.run("ip", "addr", "add", "172.17.0.1/16", "dev", "box0");
    network.inside(() => makeTable(bridge));
    const send = (port: number) =>
      network.run("bash", "-c", `echo hello >/dev/udp/172.17.0.1/${port}`);
    /** Who answers at a port, as the kernel remembers it. */
    const servers = (port: number) =>
      network.run("cat", "/proc/self/net/nf_conntrack").split("\n")
        .flatMap((line) => new RegExp(`dport=${port} .*src=(\\S+) dst=`).exec(line)?.[1] ?? []);
    const publish = (port: string, address: string) =>
      network.inside(() =>
        forwardPorts("box0", { "53/udp": [{ HostIp: "0.0.0.0", HostPort: port }] }, address)
      );
    send(5353);
    send(5354);
    assert.deepEqual(servers(5353), ["172.17.0.1"]);
    publish("5353", "172.17.0.2");
    assert.deepEqual([servers(5353), servers(5354)], [[], ["172.17.0.1"]]);
    publish("5354", "172.17.0.3");
    send(5353);
    send(5354);
    assert.deepEqual([servers(5353), servers(5354)], [["172.17.0.2"], ["172.17.0.3"]]);
    end(network, "box0", "172.17.0.2");
    assert.deepEqual([servers(5353), servers(5354)], [[], ["172.17.0.3"]]);
  },
});

import assert from "node:assert/strict";
import { commit } from "../../../../../ffi/netlink/netfilter/transaction.ts";
import { makeTable } from "../../../../../runtime/network/nftables/bridge_table.ts";
import { endForwarding, forwardPorts } from "../../../../../runtime/network/ports/publish.ts";
import { TestNetwork } from "../nftables/helpers.ts";

const ports = {
  "80/tcp": [{ HostIp: "0.0.0.0", HostPort: "8080" }, { HostIp: "::", HostPort: "8080" }],
  "53/udp": [{ HostIp: "127.0.0.1", HostPort: "5353" }],
  "443/tcp": null,
};

Deno.test({
  name: "a published port is an element of a map, and goes with its owner's address",
  ignore: Deno.uid() !== 0,
  fn() {
    using network = new TestNetwork();
    const list = () => network.run("nft", "list", "table", "ip", "box0").replace(/\s+/g, " ");
    network.inside(() => {
      commit(
        makeTable({ name: "box0", subnet: "172.17.0.0/16", masquerade: true, internal: false }),
      );
      forwardPorts("box0", ports, "172.17.0.2");
    });
    assert.match(list(), /elements = \{ tcp \. 8080 : 172\.17\.0\.2 \. 80 \}/);
    assert.match(list(), /elements = \{ 127\.0\.0\.1 \. udp \. 5353 : 172\.17\.0\.2 \. 53 \}/);
    // As after a crash: the ports were free, so whoever had them is gone.
    network.inside(() => forwardPorts("box0", ports, "172.17.0.3"));
    assert.match(list(), /elements = \{ tcp \. 8080 : 172\.17\.0\.3 \. 80 \}/);
    network.inside(() => endForwarding("box0", "172.17.0.2"));
    assert.match(list(), /172\.17\.0\.3/);
    network.inside(() => endForwarding("box0", "172.17.0.3"));
    assert.doesNotMatch(list(), /172\.17\.0\.3/);
    network.inside(() => endForwarding("gone", "172.17.0.3"));
  },
});

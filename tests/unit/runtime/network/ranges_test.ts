import { equal, throws } from "node:assert/strict";
import { NETLINK, NetlinkSocket } from "../../../../ffi/netlink/socket.ts";
import { chooseRange } from "../../../../runtime/network/ranges.ts";
import { newNetwork } from "../../../../storage/network/network_store.ts";
import { TestNetwork } from "./nftables/helpers.ts";

const networkOf = (...subnets: string[]) => ({
  ...newNetwork("other", "bridge"),
  IPAM: { Driver: "default", Options: {}, Config: subnets.map((Subnet) => ({ Subnet })) },
});

Deno.test({
  name:
    "a network that is given no range gets the first of docker's that nobody has, until there is none",
  ignore: Deno.uid() !== 0,
  fn() {
    using network = new TestNetwork();
    network.run("ip", "link", "set", "lo", "up");
    network.run("ip", "addr", "add", "172.18.255.1/24", "dev", "lo");
    using socket = network.inside(() => new NetlinkSocket(NETLINK.ROUTE));
    equal(chooseRange(socket, [networkOf("172.17.9.0/24")]).Subnet, "172.19.0.0/16");
    const most = networkOf("172.16.0.0/12");
    const { Subnet, Gateway } = chooseRange(socket, [most]);
    equal(`${Subnet} ${Gateway}`, "192.168.0.0/20 192.168.0.1");
    throws(() => chooseRange(socket, [most, networkOf("fd00::/64", "192.168.0.0/16")]), {
      message: "could not find an available, non-overlapping IPv4 address pool " +
        "among the defaults to assign to the network",
    });
  },
});

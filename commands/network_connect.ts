import { connectContainer } from "../runtime/network/join.ts";
import { resolveContainerId } from "../storage/container/container_store.ts";
import { resolveNetwork } from "../storage/network/network_store.ts";
import { Store } from "../storage/store.ts";
import { exactly } from "./cli/arguments.ts";
import { defineCommand } from "./cli/command.ts";
import { list, string, unsupported } from "./cli/options.ts";
import { addressesOf, validateLink } from "./container_request/network.ts";

export const command = defineCommand({
  usage: "[OPTIONS] NETWORK CONTAINER",
  summary: "Connect a container to a network",
  args: exactly(2),
  options: {
    alias: list(null, "Add network-scoped alias for the container"),
    "driver-opt": unsupported("list", null, "driver options for the network"),
    ip: string(null, "IPv4 address (e.g., 172.30.100.104)"),
    ip6: string(null, "IPv6 address (e.g., 2001:db8::33)"),
    link: list(null, "Add link to another container", { validate: validateLink }),
    "link-local-ip": list(null, "Add a link-local address for the container"),
  },
  async run({ options, args: [network, container], root }) {
    const { alias, ip, ip6, link, "link-local-ip": linkLocal } = options;
    const store = new Store(root);
    const addresses = addressesOf(ip, ip6, linkLocal);
    resolveNetwork(store, network); // Docker looks for it first
    await connectContainer(store, resolveContainerId(store, container), network, {
      ...(Object.keys(addresses).length > 0 && { IPAMConfig: addresses }),
      ...(alias.length > 0 && { Aliases: [...alias] }),
      ...(link.length > 0 && { Links: [...link] }),
    });
  },
});

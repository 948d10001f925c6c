import { connectContainer } from "../runtime/network/membership.ts";
import { resolveContainerId } from "../storage/container/container_store.ts";
import { InvalidError } from "../storage/errors.ts";
import { parseAddress } from "../ffi/ip_address.ts";
import { resolveNetwork } from "../storage/network/network_store.ts";
import { Store } from "../storage/store.ts";
import { exactly } from "./cli/arguments.ts";
import { defineCommand } from "./cli/command.ts";
import { list, string, unsupported } from "./cli/options.ts";
import { validateLink } from "./container_request/network.ts";

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
    "link-local-ip": unsupported("list", null, "Add a link-local address for the container"),
  },
  async run({ options: { alias, ip, ip6, link }, args: [network, container], root }) {
    const store = new Store(root);
    for (const [text, version] of [[ip, 4], [ip6, 6]] as const) {
      if (text && parseAddress(text)?.length !== (version === 4 ? 4 : 16)) {
        throw new InvalidError(`invalid IPv${version} address: ${text}`);
      }
    }
    resolveNetwork(store, network); // Docker looks for it first
    await connectContainer(store, resolveContainerId(store, container), network, {
      ...((ip || ip6) && {
        IPAMConfig: { ...(ip && { IPv4Address: ip }), ...(ip6 && { IPv6Address: ip6 }) },
      }),
      ...(alias.length > 0 && { Aliases: [...alias] }),
      ...(link.length > 0 && { Links: [...link] }),
    });
  },
});

/** The options of `run` and `create` that concern networks. */
import { collected, list, string } from "../cli/options.ts";
import {
  validateAddHost,
  validateDnsServer,
  validateLink,
  validateSearchDomain,
} from "../container_request/network.ts";
import { parseNetworkAttachment } from "../container_request/network_attachment.ts";

export const networkOptions = {
  "add-host": list(null, "Add a custom host-to-IP mapping (host:ip)", {
    validate: validateAddHost,
  }),
  dns: list(null, "Set custom DNS servers", { validate: validateDnsServer }),
  "dns-option": list(null, "Set DNS options", { aliases: ["dns-opt"] }),
  "dns-search": list(null, "Set custom DNS search domains", { validate: validateSearchDomain }),
  ip: string(null, "IPv4 address (e.g., 172.30.100.104)"),
  ip6: string(null, "IPv6 address (e.g., 2001:db8::33)"),
  "link-local-ip": list(null, "Container IPv4/IPv6 link-local addresses"),
  link: list(null, "Add link to another container", { validate: validateLink }),
  "mac-address": string(null, "Container MAC address (e.g., 92:d0:c6:0a:29:33)"),
  network: collected(
    "network",
    null,
    "Connect a container to a network (else BOX_NETWORK, else bridge)",
    parseNetworkAttachment,
    { aliases: ["net"] },
  ),
  "network-alias": list(null, "Add network-scoped alias for the container", {
    aliases: ["net-alias"],
  }),
};

import { createNetwork } from "../runtime/network/create.ts";
import { Store } from "../storage/store.ts";
import { exactly } from "./cli/arguments.ts";
import { defineCommand } from "./cli/command.ts";
import { bool, list, string, unsupported } from "./cli/options.ts";
import { print } from "./cli/output.ts";
import { labelsOf, validateLabel } from "./container_request/key_values.ts";
import { optionsOf, poolsOf } from "./network_pools.ts";

export const command = defineCommand({
  usage: "[OPTIONS] NETWORK",
  summary: "Create a network",
  args: exactly(1),
  options: {
    attachable: bool(null, "Enable manual container attachment"),
    "aux-address": list(null, "Auxiliary IPv4 or IPv6 addresses used by Network driver"),
    "config-from": unsupported("string", null, "The network from which to copy the configuration"),
    "config-only": unsupported("bool", null, "Create a configuration only network"),
    driver: string("d", "Driver to manage the Network (bridge|macvlan|ipvlan)", {
      default: "bridge",
    }),
    gateway: list(null, "IPv4 or IPv6 Gateway for the master subnet"),
    ingress: unsupported("bool", null, "Create swarm routing-mesh network"),
    internal: bool(null, "Restrict external access to the network"),
    "ip-range": list(null, "Allocate container ip from a sub-range"),
    "ipam-driver": unsupported("string", null, "IP Address Management Driver", {
      default: "default",
    }),
    "ipam-opt": unsupported("map", null, "Set IPAM driver specific options"),
    ipv6: bool(null, "Enable IPv6 networking"),
    label: list(null, "Set metadata on a network", { validate: validateLabel }),
    opt: list("o", "Set driver specific options"),
    scope: unsupported("string", null, "Control the network's scope", { default: "local" }),
    subnet: list(null, "Subnet in CIDR format that represents a network segment"),
  },
  examples: [
    ["box network create web", "Make a network whose containers find each other by name"],
    [
      "box network create --subnet 10.5.0.0/24 --internal quiet",
      "Choose its addresses, and let nothing out",
    ],
  ],
  async run({ options, args: [name], root }) {
    const request = {
      name,
      driver: options.driver,
      pools: poolsOf(options),
      internal: options.internal,
      attachable: options.attachable,
      ipv6: options.ipv6,
      options: optionsOf(options.opt),
      labels: labelsOf([], options.label),
    };
    print(await createNetwork(new Store(root), request));
  },
});

/** What docker's daemon checks of a network before it makes it. */

import { formatAddress, parseAddress } from "../../ffi/ip_address.ts";
import { findLink } from "../../ffi/netlink/route/link.ts";
import type { NetlinkSocket } from "../../ffi/netlink/socket.ts";
import { ConflictError, InvalidError } from "../../storage/errors.ts";
import { type AddressPool, BRIDGE_NAME, MTU } from "../../storage/network/config.ts";
import { gatewayIfAny, isEdge } from "../../storage/network/leases.ts";
import { parseSubnet } from "../../storage/network/subnet.ts";
import { HOST_BINDING, ICC, isBoolean, MASQUERADE } from "./bridge_options.ts";
import type { CreateNetworkRequest } from "./create.ts";
import { isUsersOwn } from "./host.ts";

/** Throws InvalidError and ConflictError in docker's words for ranges that cannot be a network's. */
export function checkPools({ pools, driver, ipv6 }: CreateNetworkRequest): void {
  const [four, six] = [false, true].map((isSix) =>
    pools.filter(({ Subnet }) => Subnet.includes(":") === isSix)
  );
  if (driver === "bridge" && (four.length > 1 || six.length > 1)) {
    throw new InvalidError("bridge driver doesn't support multiple subnets");
  }
  if (ipv6 && six.length === 0) {
    throw new InvalidError(
      "could not find an available, non-overlapping IPv6 address pool " +
        "among the defaults to assign to the network",
    );
  }
  pools.forEach(checkGateway);
}

function checkGateway(pool: AddressPool): void {
  const gateway = gatewayIfAny(pool), subnet = parseSubnet(pool.Subnet)!;
  if (gateway === undefined) {
    throw new ConflictError("failed to allocate gateway (): No available addresses on this pool");
  }
  if (isEdge(subnet, gateway)) {
    throw new ConflictError(
      `failed to allocate gateway (${formatAddress(gateway)}): Address already in use`,
    );
  }
}

/** Throws InvalidError in docker's words for values that cannot be. */
export function checkOptions(host: NetlinkSocket, { driver, options }: CreateNetworkRequest): void {
  const refuse = (name: string, call: string) => {
    throw new InvalidError(
      `failed to parse ${name} value: ${options[name]} ` +
        `(strconv.${call}: parsing ${JSON.stringify(options[name])}: invalid syntax)`,
    );
  };
  if (options[MTU] && !/^[-+]?\d{1,10}$/.test(options[MTU])) refuse(MTU, "Atoi");
  if (Number(options[MTU]) < 0) throw new InvalidError(`invalid MTU number: ${options[MTU]}`);
  for (const name of [ICC, MASQUERADE]) {
    if (options[name] && !isBoolean(options[name])) refuse(name, "ParseBool");
  }
  if (driver !== "bridge") return checkLayered(host, driver, options);
  const binding = options[HOST_BINDING];
  if (binding !== undefined && parseAddress(binding) === undefined) {
    throw new InvalidError(`failed to parse ${HOST_BINDING} value: ${binding} (nil ip)`);
  }
  const bridge = options[BRIDGE_NAME];
  if (bridge === undefined) return;
  if (!/^[^\s/:]{1,15}$/.test(bridge)) throw new InvalidError(`invalid bridge name: ${bridge}`);
  if (findLink(host, bridge) !== undefined) {
    throw new ConflictError(`network interface ${bridge} exists already, and is not box's to use`);
  }
}

const modes: Record<string, readonly [byDefault: string, others: readonly string[]]> = {
  macvlan: ["bridge", ["private", "vepa", "passthru"]],
  ipvlan: ["l2", ["l3", "l3s"]],
};

/** What is on top of an interface of the host. */
function checkLayered(
  host: NetlinkSocket,
  driver: string,
  options: CreateNetworkRequest["options"],
): void {
  const [byDefault, others] = modes[driver], mode = options[`${driver}_mode`];
  if (mode && mode !== byDefault && !others.includes(mode)) {
    throw new InvalidError(
      `requested ${driver} mode '${mode}' is not valid, ` +
        `'${byDefault}' mode is the ${driver} driver default`,
    );
  }
  if (isUsersOwn()) {
    throw new InvalidError(
      `a network of driver ${driver} takes an interface of the host, which is root's to give`,
    );
  }
  const { parent } = options;
  if (!parent) {
    throw new InvalidError(`a network of driver ${driver} needs an interface: -o parent=INTERFACE`);
  }
  if (findLink(host, parent) === undefined) {
    throw new InvalidError(
      parent.includes(".")
        ? `-o parent=${parent}: there is no such interface, and box makes none`
        : `invalid subinterface vlan name ${parent}, example formatting is eth0.10`,
    );
  }
}

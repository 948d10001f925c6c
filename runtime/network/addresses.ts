/** The addresses that a container gets on a network. */

import type { EndpointSettings } from "../../storage/container/config.ts";
import { ConflictError, InvalidError } from "../../storage/errors.ts";
import { type Address, formatAddress, parseAddress } from "../../ffi/ip_address.ts";
import { parseSubnet } from "../../storage/network/subnet.ts";
import type { AddressPool, NetworkFile } from "../../storage/network/config.ts";
import { gatewayOf, type Holder, takeLease } from "../../storage/network/leases.ts";
import type { Store } from "../../storage/store.ts";
import type { Endpoint } from "./endpoint.ts";
import { macOf } from "./plug.ts";

type Addresses = Pick<
  Endpoint,
  "ipAddress" | "prefixLength" | "gateway" | "macAddress" | "ipv6"
>;

/** Takes leases: those that the settings ask for, else the next free. Needs the lock on networks. */
export function chooseAddresses(
  store: Store,
  network: NetworkFile,
  holder: Holder,
  { IPAMConfig }: EndpointSettings,
): Addresses {
  const { Config: pools } = network.IPAM;
  const pool4 = poolFor(pools, 4, IPAMConfig?.IPv4Address);
  if (pool4 === undefined) throw new ConflictError(`network ${network.Name} has no IPv4 subnet`);
  const take = (pool: AddressPool, wanted?: string) =>
    formatAddress(takeLease(store, network, pool, holder, wanted ? addressOf(wanted) : undefined));
  const ipAddress = take(pool4, IPAMConfig?.IPv4Address);
  const pool6 = network.EnableIPv6 ? poolFor(pools, 6, IPAMConfig?.IPv6Address) : undefined;
  return {
    ipAddress,
    prefixLength: lengthOf(pool4),
    gateway: formatAddress(gatewayOf(pool4)),
    macAddress: macOf(ipAddress),
    ...(pool6 && {
      ipv6: {
        address: take(pool6, IPAMConfig?.IPv6Address),
        prefixLength: lengthOf(pool6),
        gateway: formatAddress(gatewayOf(pool6)),
      },
    }),
  };
}

/** The pool of a family that a wanted address is in, or the first. */
function poolFor(
  pools: readonly AddressPool[],
  family: 4 | 6,
  wanted: string | undefined,
): AddressPool | undefined {
  const ofFamily = pools.filter(({ Subnet }) => Subnet.includes(":") === (family === 6));
  if (!wanted) return ofFamily[0];
  const address = parseAddress(wanted);
  return ofFamily.find(({ Subnet }) => address && isIn(Subnet, address)) ?? ofFamily[0];
}

function isIn(subnet: string, address: Address): boolean {
  const { address: first, length } = parseSubnet(subnet)!;
  const other = parseSubnet(`${formatAddress(address)}/${length}`);
  return other !== undefined && formatAddress(other.address) === formatAddress(first);
}

function addressOf(text: string): Address {
  const address = parseAddress(text);
  if (address === undefined) throw new InvalidError(`invalid IP address: ${text}`);
  return address;
}

const lengthOf = ({ Subnet }: AddressPool) => parseSubnet(Subnet)!.length;

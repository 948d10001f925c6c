/** Choosing a range of addresses for a network that was given none. */

import { listAddresses } from "../../ffi/netlink/route/address.ts";
import { listRoutes } from "../../ffi/netlink/route/route.ts";
import { NETLINK, NetlinkSocket } from "../../ffi/netlink/socket.ts";
import { ConflictError } from "../../storage/errors.ts";
import { readTextIfExists } from "../../storage/files.ts";
import { formatAddress, parseAddress } from "../../ffi/ip_address.ts";
import {
  addressAt,
  formatSubnet,
  overlaps,
  parseSubnet,
  type Subnet,
} from "../../storage/network/subnet.ts";
import type { AddressPool, NetworkFile } from "../../storage/network/config.ts";
import { isUsersOwn } from "./host.ts";

/** Docker's, in its order. */
function candidates(): Subnet[] {
  const texts = [
    ...Array.from({ length: 15 }, (_, i) => `172.${17 + i}.0.0/16`),
    ...Array.from({ length: 16 }, (_, i) => `192.168.${16 * i}.0/20`),
  ];
  return texts.map((text) => parseSubnet(text)!);
}

/** The first range that neither the host nor one of these networks uses. Throws ConflictError in docker's words if there is none. */
export function chooseRange(socket: NetlinkSocket, networks: readonly NetworkFile[]): AddressPool {
  const used = [...hostSubnets(socket), ...nameServers(), ...networks.flatMap(subnetsOf)];
  const range = candidates().find((each) => !used.some((other) => overlaps(each, other)));
  if (range === undefined) {
    throw new ConflictError(
      "could not find an available, non-overlapping IPv4 address pool " +
        "among the defaults to assign to the network",
    );
  }
  return { Subnet: formatSubnet(range), Gateway: formatAddress(addressAt(range, 1n)) };
}

/** What is in use where bridges are, and on the host itself, so that what is behind it can be reached. */
export function hostSubnets(socket: NetlinkSocket): Subnet[] {
  if (!isUsersOwn()) return subnetsSeen(socket);
  using outside = new NetlinkSocket(NETLINK.ROUTE);
  return [...subnetsSeen(socket), ...subnetsSeen(outside)];
}

/** What there are addresses of or routes to. The default route leads to everything, and is none. */
function subnetsSeen(socket: NetlinkSocket): Subnet[] {
  const destinations = listRoutes(socket).flatMap(({ destination }) => destination ?? []);
  return [...destinations, ...listAddresses(socket)]
    .filter(({ length }) => length > 0)
    .map(({ address, length }) => parseSubnet(`${formatAddress(address)}/${length}`)!);
}

function nameServers(): Subnet[] {
  const text = readTextIfExists("/etc/resolv.conf") ?? "";
  return [...text.matchAll(/^\s*nameserver\s+(\S+)/gm)].flatMap(([, server]) => {
    const address = parseAddress(server);
    return address ? { address, length: 8 * address.length } : [];
  });
}

export function subnetsOf({ IPAM }: NetworkFile): Subnet[] {
  return IPAM.Config.flatMap(({ Subnet }) => parseSubnet(Subnet) ?? []);
}

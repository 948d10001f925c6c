/** The endpoints of a container that runs, as they are found again by whoever did not make them. */

import { formatAddress } from "../../ffi/ip_address.ts";
import { listAddresses } from "../../ffi/netlink/route/address.ts";
import { listLinks } from "../../ffi/netlink/route/link.ts";
import type { ContainerFile, EndpointSettings } from "../../storage/container/config.ts";
import { isDefaultBridge, type NetworkFile } from "../../storage/network/config.ts";
import { gatewayOf } from "../../storage/network/leases.ts";
import { readNetwork, readNetworks } from "../../storage/network/network_store.ts";
import type { Store } from "../../storage/store.ts";
import type { Endpoint } from "./endpoint.ts";
import { bridgeName, vethName } from "./host_interfaces.ts";
import type { Namespace } from "./plug.ts";

export type Bridges = (network: NetworkFile) => string;

/** What the bridges are called, found out beforehand. */
export async function bridgesOf(store: Store): Promise<Bridges> {
  const names = new Map<string, string>();
  for (const network of readNetworks(store)) {
    if (network.Driver === "bridge") names.set(network.Id, await bridgeName(store, network));
  }
  return ({ Id }) => names.get(Id) ?? "";
}

/** The endpoints of a container that runs, from its file and from what its interfaces have. */
export function currentEndpoints(
  store: Store,
  { NetworkSettings: { Networks } }: ContainerFile,
  { socket }: Namespace,
  bridges: Bridges,
): Endpoint[] {
  const addresses = listAddresses(socket), links = listLinks(socket);
  return Object.values(Networks).flatMap((settings): Endpoint[] => {
    const network = settings.EndpointID ? readNetwork(store, settings.NetworkID) : undefined;
    if (network === undefined) return [];
    const found = addresses.find(({ address }) => formatAddress(address) === settings.IPAddress);
    const link = links.find(({ index }) => index === found?.index);
    return link ? [endpointOf(network, settings, link.name, bridges)] : [];
  });
}

function endpointOf(
  network: NetworkFile,
  settings: EndpointSettings,
  interfaceName: string,
  bridges: Bridges,
): Endpoint {
  const { EndpointID, IPAddress, IPPrefixLen, MacAddress, GlobalIPv6Address } = settings;
  const isBridge = network.Driver === "bridge";
  const pool = network.IPAM.Config.find(({ Subnet }) => !Subnet.includes(":"))!;
  return {
    networkId: network.Id,
    networkName: network.Name,
    driver: network.Driver,
    isDefault: isDefaultBridge(network),
    internal: network.Internal,
    endpointId: EndpointID,
    interfaceName,
    bridge: bridges(network),
    hostInterface: isBridge ? vethName(EndpointID) : "",
    ipAddress: IPAddress,
    prefixLength: IPPrefixLen,
    gateway: formatAddress(gatewayOf(pool)),
    macAddress: MacAddress,
    ...(GlobalIPv6Address && {
      ipv6: {
        address: GlobalIPv6Address,
        prefixLength: settings.GlobalIPv6PrefixLen,
        gateway: settings.IPv6Gateway,
      },
    }),
    linkLocal: settings.IPAMConfig?.LinkLocalIPs ?? [],
    aliases: settings.Aliases ?? [],
  };
}

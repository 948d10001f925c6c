/** The host's bridges. A network's bridge has the network's gateway as its address. */

import { addAddress } from "../../ffi/netlink/route/address.ts";
import { addLink, findLink, setLink } from "../../ffi/netlink/route/link.ts";
import type { NetlinkSocket } from "../../ffi/netlink/socket.ts";
import { isErrno } from "../../ffi/errno.ts";
import { readNetworkSetting, writeNetworkSetting } from "../../ffi/network_calls.ts";
import { overlaps, parseSubnet } from "../../storage/network/subnet.ts";
import { isDefaultBridge, MTU, type NetworkFile } from "../../storage/network/config.ts";
import { gatewayOf } from "../../storage/network/leases.ts";
import { readNetworks, writeNetwork } from "../../storage/network/network_store.ts";
import { DirectoryLock } from "../../storage/lock.ts";
import type { Store } from "../../storage/store.ts";
import { onHost, sharedDirectory } from "./host.ts";
import { bridgeName } from "./host_interfaces.ts";
import { bridgeOpened, bridgeUsed } from "./publishing.ts";
import { chooseRange, hostSubnets, subnetsOf } from "./ranges.ts";

export interface Bridge {
  readonly name: string;
  readonly index: number;
  /** The network with the range of addresses that it has now. */
  readonly network: NetworkFile;
}

/** Taken while a range of addresses is looked for, until the host has it. */
export function lockRanges(): DirectoryLock {
  return DirectoryLock.take(sharedDirectory(), "exclusive");
}

/** Makes a network's bridge unless it is there. Needs the lock on networks. */
export async function ensureBridge(
  store: Store,
  network: NetworkFile,
  socket: NetlinkSocket,
): Promise<Bridge> {
  const name = await bridgeName(store, network);
  const link = findLink(socket, name);
  if (link !== undefined && network.IPAM.Config.length > 0) {
    await bridgeUsed(network, name);
    return { name, index: link.index, network };
  }
  const isDefault = isDefaultBridge(network);
  using _ = isDefault ? lockRanges() : undefined; // the others' ranges have been chosen
  const ranged = isDefault ? withRange(store, network, socket) : network;
  const index = link?.index ?? makeBridge(socket, name, ranged);
  await bridgeOpened(store, ranged, name);
  return { name, index, network: ranged };
}

/** The default network: takes another range if the host has come to use the one that it had. */
function withRange(store: Store, network: NetworkFile, socket: NetlinkSocket): NetworkFile {
  const used = hostSubnets(socket), own = subnetsOf(network);
  const isFree = !own.some((each) => used.some((other) => overlaps(each, other)));
  if (own.length > 0 && isFree) return network;
  const others = readNetworks(store).filter(({ Id }) => Id !== network.Id);
  const pool = chooseRange(socket, others);
  const ranged = { ...network, IPAM: { ...network.IPAM, Config: [pool] } };
  writeNetwork(store, ranged);
  return ranged;
}

/** Returns its index. */
function makeBridge(socket: NetlinkSocket, name: string, network: NetworkFile): number {
  const mtu = Number(network.Options[MTU] || 0);
  const settings = { name, address: randomMac(), ...(mtu && { mtu }) };
  socket.request(addLink(settings, { kind: "bridge" }));
  const { index } = findLink(socket, name)!;
  const addresses = network.IPAM.Config.map((pool) => {
    const { length } = parseSubnet(pool.Subnet)!;
    return addAddress(index, { address: gatewayOf(pool), length });
  });
  // The kernel refuses IPv6 addresses where IPv6 is switched off.
  socket.request(...addresses, setLink(index, { up: true }));
  if (!network.Internal) onHost(() => enableForwarding(network));
  return index;
}

/** As docker gives them: a local address that begins with 02:42. */
function randomMac(): Uint8Array {
  return Uint8Array.of(2, 0x42, ...crypto.getRandomValues(new Uint8Array(4)));
}

/** Without it the host passes on nothing between containers and the outside. Docker leaves it on, too. */
function enableForwarding({ EnableIPv6 }: NetworkFile): void {
  switchOn("ipv4/ip_forward");
  if (EnableIPv6) switchOn("ipv6/conf/all/forwarding");
}

function switchOn(name: string): void {
  try {
    if (readNetworkSetting(name) === "0") writeNetworkSetting(name, "1");
  } catch (error) {
    // Where /proc/sys may not be written to, the container reaches what is on the host nevertheless.
    if (!isErrno(error, "ENOENT", "EROFS", "EACCES", "EPERM")) throw error;
  }
}

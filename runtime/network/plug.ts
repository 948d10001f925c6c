/** Giving a network namespace an interface on a network. */

import { EngineError } from "../../storage/errors.ts";
import { addAddress } from "../../ffi/netlink/route/address.ts";
import {
  addLink,
  decodeLink,
  findLink,
  getLink,
  type LinkKind,
  setLink,
} from "../../ffi/netlink/route/link.ts";
import type { NetlinkSocket, Request } from "../../ffi/netlink/socket.ts";
import { writeNetworkSetting } from "../../ffi/network_calls.ts";
import { inNetworkNamespace } from "../../ffi/network_namespace.ts";
import { parseAddress } from "../../ffi/ip_address.ts";
import { MTU, type NetworkFile } from "../../storage/network/config.ts";
import { BRIDGE_PORT, setBridgePort } from "../../ffi/netlink/route/bridge_port.ts";
import { replaceForwarding } from "../../ffi/netlink/route/forwarding.ts";
import { isIsolating } from "./bridge_options.ts";
import type { Endpoint } from "./endpoint.ts";

/** A container's network namespace. */
export interface Namespace {
  readonly fd: number;
  /** A socket of that namespace. */
  readonly socket: NetlinkSocket;
}

/** Makes the interface that an endpoint describes, with its addresses, up; on a bridge, whose index it is told. */
export function plugIn(
  host: NetlinkSocket,
  namespace: Namespace,
  network: NetworkFile,
  endpoint: Endpoint,
  bridge?: number,
): void {
  const { interfaceName: name, macAddress } = endpoint;
  const mtu = Number(network.Options[MTU] || 0);
  const address = Uint8Array.fromHex(macAddress.replaceAll(":", ""));
  const settings = { name, namespace: namespace.fd, ...(mtu && { mtu }) };
  if (bridge !== undefined) {
    const { hostInterface } = endpoint;
    plugIntoBridge(host, bridge, hostInterface, { ...settings, address }, isIsolating(network));
  } else {
    const kind = layeredKind(host, network);
    // An ipvlan has the address of what it is on top of.
    host.request(addLink(kind.kind === "ipvlan" ? settings : { ...settings, address }, kind));
  }
  const { index } = findLink(namespace.socket, name)!;
  if (endpoint.ipv6 || endpoint.linkLocal.some(isIpv6)) enableIpv6(namespace.fd, name);
  namespace.socket.request(...addressesOf(endpoint, index), setLink(index, { up: true }));
}

const isIpv6 = (address: string) => address.includes(":");

function plugIntoBridge(
  host: NetlinkSocket,
  master: number,
  name: string,
  peer: { name: string; namespace: number; mtu?: number; address: Uint8Array },
  isolated: boolean,
): void {
  const add = addLink({ name, master, up: true, mtu: peer.mtu }, { kind: "veth", peer });
  const { index } = decodeLink(host.request(add, getLink(name))[0]);
  // Who had the address before may still be going: packets must not be sent to him.
  const isolation = isolated ? [setBridgePort(index, BRIDGE_PORT.ISOLATED)] : [];
  host.request(replaceForwarding(index, peer.address), ...isolation);
}

/** Bits of the prefixes of link-local addresses: RFC 3927, RFC 4291. */
const LINK_LOCAL = { IPV4: 16, IPV6: 64 };

function addressesOf(
  { ipAddress, prefixLength, ipv6, linkLocal }: Endpoint,
  index: number,
): Request[] {
  const addresses = [
    { address: ipAddress, length: prefixLength },
    ...ipv6 ? [{ address: ipv6.address, length: ipv6.prefixLength }] : [],
    ...linkLocal.map((address) => ({
      address,
      length: isIpv6(address) ? LINK_LOCAL.IPV6 : LINK_LOCAL.IPV4,
    })),
  ];
  return addresses.map(({ address, length }) =>
    addAddress(index, { address: parseAddress(address)!, length })
  );
}

/** macvlan and ipvlan: on top of an interface of the host, the one with the default route unless one is named. */
function layeredKind(host: NetlinkSocket, { Driver, Options }: NetworkFile): LinkKind {
  const { parent } = Options, link = findLink(host, parent);
  if (link === undefined) throw new EngineError(`network interface ${parent} is gone`);
  return Driver === "macvlan"
    ? { kind: "macvlan", parent: link.index, mode: (Options.macvlan_mode || "bridge") as "bridge" }
    : { kind: "ipvlan", parent: link.index, mode: (Options.ipvlan_mode || "l2") as "l2" };
}

/** IPv6 is off in a container, as with docker, but on interfaces that have an address. */
function enableIpv6(namespace: number, name: string): void {
  inNetworkNamespace(namespace, () => {
    writeNetworkSetting(`ipv6/conf/${name}/disable_ipv6`, "0");
  });
}

/** The first of the names eth0, eth1... that is free. */
export function freeInterfaceName({ socket }: Namespace): string {
  for (let number = 0;; number++) {
    if (findLink(socket, `eth${number}`) === undefined) return `eth${number}`;
  }
}

/** `02:42` and the address: as docker makes it. */
export function macOf(ipAddress: string): string {
  const address = parseAddress(ipAddress)!;
  return [2, 0x42, ...address].map((byte) => byte.toString(16).padStart(2, "0")).join(":");
}

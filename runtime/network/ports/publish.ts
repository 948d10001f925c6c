/**
 * Publishing ports: elements of the maps of a bridge's tables, by which the kernel sends on what comes to the host's IPv4
 * addresses, 127.0.0.1 among them, and to those of IPv6 if the container has one. What comes to ::1, or by IPv6 for a container
 * without, the relay passes on (relay.ts).
 */

import { isErrno } from "../../../ffi/errno.ts";
import { type Exchange, forgetExchanges } from "../../../ffi/netlink/netfilter/conntrack.ts";
import { FAMILY, type IpFamily } from "../../../ffi/netlink/netfilter/expressions.ts";
import { type Element, Table } from "../../../ffi/netlink/netfilter/nftables.ts";
import { commit, commitOpen } from "../../../ffi/netlink/netfilter/transaction.ts";
import { concatenate, portValue } from "../../../ffi/netlink/netfilter/values.ts";
import { BRIDGE_PORT, setBridgePort } from "../../../ffi/netlink/route/bridge_port.ts";
import { findLink } from "../../../ffi/netlink/route/link.ts";
import { NETLINK, NetlinkSocket } from "../../../ffi/netlink/socket.ts";
import { encodeAddress } from "../../../ffi/ip_address.ts";
import type { PortMap } from "../../../storage/container/config.ts";
import type { Endpoint } from "../endpoint.ts";
import { MAP } from "../nftables/bridge_table.ts";

/** What is bound to every address of the host. */
const ANY = ["0.0.0.0", "::"];
const IPV6_LOOPBACK = "::1";
const PROTOCOLS: Record<string, number> = { tcp: 6, udp: 17, sctp: 132 };

/** Publishes ports on the first of a container's networks that leads outside. */
export function publishOn(endpoints: readonly Endpoint[], ports: PortMap): void {
  const endpoint = endpoints.find(({ internal, bridge, ipAddress }) =>
    !internal && bridge !== "" && ipAddress !== ""
  );
  if (endpoint === undefined) return;
  const { bridge, ipAddress, ipv6 } = endpoint;
  for (const address of [ipAddress, ...ipv6 ? [ipv6.address] : []]) {
    forwardPorts(bridge, ports, address);
  }
  using socket = new NetlinkSocket(NETLINK.ROUTE);
  const port = findLink(socket, endpoint.hostInterface);
  if (port !== undefined) socket.request(setBridgePort(port.index, BRIDGE_PORT.HAIRPIN));
}

/** Sends on what comes to published ports to a container's address on a bridge. The ports are reserved for it. */
export function forwardPorts(bridge: string, ports: PortMap, address: string): void {
  const family = familyOf(address), table = new Table(bridge, family);
  const elements = elementsOf(ports, address);
  if (elements.length === 0) return;
  const datagramPorts = publishedDatagramPorts(ports);
  const add = elements.map(([map, element]) => table.addElements(map, [element]));
  try {
    commit(add);
  } catch (error) {
    if (!isErrno(error, "EEXIST")) throw error;
    // Left by a run that was killed with its keeper: nobody else can have had the ports.
    const wanted = new Set(elements.map(([, { key }]) => key.join()));
    removeElements(table, ({ key }) => wanted.has(key.join())).sockets.forEach(dispose);
    commit(add);
  }
  // Who sent to it before it was published went on being sent where there was nobody.
  if (datagramPorts.size > 0) {
    const isMeant = ({ port, server }: Exchange) => server !== address && datagramPorts.has(port);
    forgetExchanges(family, isMeant);
  }
}

const familyOf = (address: string): IpFamily => address.includes(":") ? FAMILY.IPV6 : FAMILY.IPV4;

function publishedDatagramPorts(ports: PortMap): Set<number> {
  const bindings = Object.entries(ports).filter(([key]) => key.endsWith("/udp"))
    .flatMap(([, bindings]) => bindings ?? []);
  return new Set(bindings.map(({ HostPort }) => Number(HostPort)));
}

/** Ends all that is sent on to an address of a bridge. Returns what is to be closed by who has time: see commitOpen(). */
export function endForwarding(bridge: string, address: string): NetlinkSocket[] {
  const own = encodeAddress(address), family = familyOf(address);
  const { elements, sockets } = removeElements(
    new Table(bridge, family),
    ({ value }) => value?.subarray(0, own.length).join() === own.join(),
  );
  // A client that goes on sending would be led to whoever has the address next.
  if (elements.some(isOfDatagrams)) forgetExchanges(family, ({ server }) => server === address);
  return sockets;
}

const dispose = (socket: Disposable) => socket[Symbol.dispose]();

/** The protocol stands before the port, at the end of a key. */
const isOfDatagrams = ({ key }: Element) => key.at(-8) === PROTOCOLS.udp;

/** Returns what it has removed, and the sockets by which it did. */
function removeElements(table: Table, isMeant: (element: Element) => boolean) {
  const elements: Element[] = [], sockets: NetlinkSocket[] = [];
  for (const map of Object.values(MAP)) {
    try {
      const meant = table.listElements(map).filter(isMeant);
      if (meant.length === 0) continue;
      sockets.push(commitOpen([table.deleteElements(map, meant.map(({ key }) => ({ key })))]));
      elements.push(...meant);
    } catch (error) {
      if (!isErrno(error, "ENOENT")) throw error; // gone with the table
    }
  }
  return { elements, sockets };
}

function elementsOf(ports: PortMap, address: string): (readonly [map: string, Element])[] {
  return Object.entries(ports).flatMap(([key, bindings]) => {
    const [port, name] = key.split("/"), protocol = Uint8Array.of(PROTOCOLS[name] ?? 0, 0, 0, 0);
    const value = concatenate(encodeAddress(address), portValue(Number(port)));
    return (bindings ?? [])
      .filter(({ HostIp }) => familyOf(HostIp) === familyOf(address) && HostIp !== IPV6_LOOPBACK)
      .map(({ HostIp, HostPort }) => {
        const target = concatenate(protocol, portValue(Number(HostPort)));
        return ANY.includes(HostIp)
          ? [MAP.PORTS, { key: target, value }] as const
          : [MAP.ADDRESSED_PORTS, {
            key: concatenate(encodeAddress(HostIp), target),
            value,
          }] as const;
      });
  });
}

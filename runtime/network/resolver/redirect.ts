/**
 * The rules in a container's own namespace that lead 127.0.0.11, port 53, to the ports where the resolver listens. It does not take
 * port 53 itself, as docker's does not: the container may have a use for it.
 */

import {
  compare,
  destinationNat,
  type Expression,
  load,
  loadDestination,
  loadDestinationPort,
  META,
  meta,
  REGISTER,
} from "../../../ffi/netlink/netfilter/expressions.ts";
import { HOOK, PRIORITY, Table } from "../../../ffi/netlink/netfilter/nftables.ts";
import { portValue } from "../../../ffi/netlink/netfilter/values.ts";
import { encodeAddress } from "../../../ffi/ip_address.ts";

export const RESOLVER_ADDRESS = "127.0.0.11";
const PORT = 53, TCP = 6, UDP = 17;

/** Called in the namespace. Takes the place of what a monitor before this one has made. */
export function redirectQuestions(ports: { readonly udp: number; readonly tcp: number }): void {
  const table = new Table("box"),
    address = encodeAddress(RESOLVER_ADDRESS),
    [first, second] = REGISTER;
  const rule = (protocol: number, port: number): Expression[] => [
    loadDestination(),
    compare(address),
    meta(META.L4PROTO),
    compare(Uint8Array.of(protocol)),
    loadDestinationPort(),
    compare(portValue(PORT).subarray(0, 2)),
    load(address, first),
    load(portValue(port).subarray(0, 2), second),
    destinationNat(),
  ];
  table.replace([
    table.baseChain("output", { type: "nat", hook: HOOK.OUTPUT, priority: PRIORITY.DSTNAT }),
    table.rule("output", rule(UDP, ports.udp)),
    table.rule("output", rule(TCP, ports.tcp)),
  ]);
}

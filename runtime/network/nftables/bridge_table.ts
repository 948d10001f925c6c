/**
 * The nftables table of a bridge, which has its name: all that the host's packet filter has to know of the network, in one place
 * that nobody else uses and that goes as a whole. The rules are made with it and never change; a published port is an element of a
 * map.
 *
 *     table ip box0 {
 *       map ports { type inet_proto . inet_service : ipv4_addr . inet_service }
 *       map addressed-ports { type ipv4_addr . inet_proto . inet_service : ipv4_addr . inet_service }
 *       chain guard { ... }  chain prerouting { ... }  chain output { ... }  chain postrouting { ... }  chain forward { ... }
 *     }
 *
 * A network with IPv6 has another, of the family ip6, without what concerns 127.0.0.0/8: the kernel lets ::1 neither in nor out.
 *
 * Packets that another table drops are dropped, whatever this one accepts: see foreign_forward.ts for iptables'.
 */

import {
  compare,
  connection,
  CT,
  CT_STATE,
  CT_STATUS_DNAT,
  destinationNat,
  type Expression,
  FAMILY,
  interfaceIs,
  type IpFamily,
  isInSubnet,
  isToHost,
  loadDestination,
  loadDestinationPort,
  loadSource,
  masquerade,
  META,
  meta,
  REGISTER,
  registersBehind,
  translate,
  VERDICT,
  verdict,
} from "../../../ffi/netlink/netfilter/expressions.ts";
import { HOOK, KEY, PRIORITY, Table } from "../../../ffi/netlink/netfilter/nftables.ts";
import type { Request } from "../../../ffi/netlink/socket.ts";

/** The maps of published ports: of every address of the host, and of one. */
export const MAP = { PORTS: "ports", ADDRESSED_PORTS: "addressed-ports" } as const;

const LOOPBACK = "127.0.0.0/8", IPV6_LOOPBACK = Uint8Array.of(...new Uint8Array(15), 1);

export interface FilteredBridge {
  /** The interface. */
  readonly name: string;
  readonly family: IpFamily;
  /** The subnet of its containers, `ADDRESS/LENGTH`; undefined if they have none. */
  readonly subnet: string | undefined;
  /** Whether its containers reach the outside by the host's addresses. */
  readonly masquerade: boolean;
  /** Whether they reach nothing outside. */
  readonly internal: boolean;
  /**
   * Whether they are kept apart: by the bridge (BRIDGE_PORT.ISOLATED), and by rules for what takes the way over the host. Published
   * ports are left to them, but with br_netfilter, by which even those packets never leave the bridge.
   */
  readonly isolating: boolean;
}

/** Makes the table, in the place of what there may be, in the network namespace that the thread is in. */
export function makeTable(bridge: FilteredBridge): void {
  const table = new Table(bridge.name, bridge.family);
  table.replace([...maps(table, bridge), ...chains(table, bridge), ...rules(table, bridge)]);
}

/** Removes the table, if there is one: what is not there cannot be removed, but there is no harm in making it before. */
export function removeTable(bridge: string, family: IpFamily): Request[] {
  const table = new Table(bridge, family);
  return [table.create(), table.delete()];
}

function maps(table: Table, { family }: FilteredBridge): Request[] {
  const address = family === FAMILY.IPV4 ? KEY.IPV4_ADDRESS : KEY.IPV6_ADDRESS;
  const published = [address, KEY.PORT];
  return [
    table.map(MAP.PORTS, 1, [KEY.PROTOCOL, KEY.PORT], published),
    table.map(MAP.ADDRESSED_PORTS, 2, [address, KEY.PROTOCOL, KEY.PORT], published),
  ];
}

function chains(table: Table, { family }: FilteredBridge): Request[] {
  const { RAW, DSTNAT, FILTER, SRCNAT } = PRIORITY;
  const guard = { type: "filter", hook: HOOK.PREROUTING, priority: RAW } as const;
  return [
    ...family === FAMILY.IPV4 ? [table.baseChain("guard", guard)] : [],
    table.baseChain("prerouting", { type: "nat", hook: HOOK.PREROUTING, priority: DSTNAT }),
    table.baseChain("output", { type: "nat", hook: HOOK.OUTPUT, priority: DSTNAT }),
    table.baseChain("postrouting", { type: "nat", hook: HOOK.POSTROUTING, priority: SRCNAT }),
    table.baseChain("forward", { type: "filter", hook: HOOK.FORWARD, priority: FILTER }),
  ];
}

function rules(table: Table, bridge: FilteredBridge): Request[] {
  const chain = (name: string, rules: readonly Expression[][]) =>
    rules.map((expressions) => table.rule(name, expressions));
  return [
    ...bridge.family === FAMILY.IPV4 ? chain("guard", guardRules(bridge)) : [],
    ...chain("prerouting", publishingRules(bridge)),
    ...chain("output", publishingRules(bridge)),
    ...chain("postrouting", sourceRules(bridge)),
    ...chain("forward", forwardRules(bridge)),
  ];
}

/** The bridge routes 127.0.0.0/8, for published ports to be reachable there: not for the containers (CVE-2020-8558). */
function guardRules({ name }: FilteredBridge): Expression[][] {
  const isFromBridge = interfaceIs(META.IIFNAME, name);
  return [[...isFromBridge, ...isInSubnet(loadDestination(), LOOPBACK), verdict(VERDICT.DROP)]];
}

/** From a published port of the host to the container's. */
function publishingRules({ family }: FilteredBridge): Expression[][] {
  const [first, second] = REGISTER, [protocol, port] = registersBehind(family);
  // What goes to ::1 could not come back from a container: it is the relay's (ports/relay.ts).
  const isElsewhere = family === FAMILY.IPV6
    ? [loadDestination(family), compare(IPV6_LOOPBACK, { not: true })]
    : [];
  return [
    [
      ...isToHost(),
      loadDestination(family),
      meta(META.L4PROTO, protocol),
      loadDestinationPort(port),
      translate(MAP.ADDRESSED_PORTS),
      destinationNat(family),
    ],
    [
      ...isToHost(),
      ...isElsewhere,
      meta(META.L4PROTO, first),
      loadDestinationPort(second),
      translate(MAP.PORTS),
      destinationNat(family),
    ],
  ];
}

/** By their addresses, as docker has it: where br_netfilter is loaded, packets may leave without having come from an interface. */
function sourceRules(bridge: FilteredBridge): Expression[][] {
  const { name, family, subnet, masquerade: leaves } = bridge;
  const isToBridge = interfaceIs(META.OIFNAME, name);
  const isToOutside = interfaceIs(META.OIFNAME, name, { not: true });
  const isContainers = subnet === undefined ? undefined : isInSubnet(loadSource(family), subnet);
  return [
    ...isContainers && leaves ? [[...isContainers, ...isToOutside, masquerade()]] : [],
    // A container that uses a published port of its neighbour or itself: the answer has to come back through the host.
    ...isContainers
      ? [[...isContainers, ...isToBridge, ...connection(CT.STATUS, CT_STATUS_DNAT), masquerade()]]
      : [],
    // The host itself, by 127.0.0.1: to a container that would be its own.
    ...family === FAMILY.IPV4
      ? [[...isToBridge, ...isInSubnet(loadSource(), LOOPBACK), masquerade()]]
      : [],
  ];
}

/** Only what a container has asked for, or has published, comes to it: nobody gets at it by taking the host for a router. */
function forwardRules({ name, internal, isolating }: FilteredBridge): Expression[][] {
  const isFromBridge = interfaceIs(META.IIFNAME, name);
  const isToBridge = interfaceIs(META.OIFNAME, name);
  const accept = verdict(VERDICT.ACCEPT), drop = verdict(VERDICT.DROP);
  const isPublished = connection(CT.STATUS, CT_STATUS_DNAT);
  // Where br_netfilter is loaded, what the bridge itself passes on comes here, too.
  const within = [...isFromBridge, ...isToBridge];
  const neighbours = isolating
    ? [[...within, ...isPublished, accept], [...within, drop]]
    : [[...within, accept]];
  if (internal) return [...neighbours, [...isFromBridge, drop], [...isToBridge, drop]];
  const isAnswer = connection(CT.STATE, CT_STATE.ESTABLISHED | CT_STATE.RELATED);
  return [
    ...neighbours,
    [...isToBridge, ...isAnswer, accept],
    [...isToBridge, ...isPublished, accept],
    [...isToBridge, drop],
  ];
}

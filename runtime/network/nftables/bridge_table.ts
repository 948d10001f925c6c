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
 * Packets that another table drops are dropped, whatever this one accepts: see foreign_forward.ts for iptables'.
 */

import {
  connection,
  CT,
  CT_STATE,
  CT_STATUS_DNAT,
  destinationNat,
  type Expression,
  interfaceIs,
  isInSubnet,
  isToHost,
  loadDestination,
  loadDestinationPort,
  loadSource,
  masquerade,
  META,
  meta,
  REGISTER,
  translate,
  VERDICT,
  verdict,
} from "../../../ffi/netlink/netfilter/expressions.ts";
import { HOOK, KEY, PRIORITY, Table } from "../../../ffi/netlink/netfilter/nftables.ts";
import type { Request } from "../../../ffi/netlink/socket.ts";

/** The maps of published ports: of every address of the host, and of one. */
export const MAP = { PORTS: "ports", ADDRESSED_PORTS: "addressed-ports" } as const;

const LOOPBACK = "127.0.0.0/8";

export interface FilteredBridge {
  /** The interface. */
  readonly name: string;
  /** The IPv4 subnet of its containers, `ADDRESS/LENGTH`; undefined if they have none. */
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

/** Makes the table, in the place of what there may be. */
export function makeTable(bridge: FilteredBridge): Request[] {
  const table = new Table(bridge.name);
  return [
    ...removeTable(bridge.name),
    table.create(),
    ...maps(table),
    ...chains(table),
    ...rules(table, bridge),
  ];
}

/** Removes the table, if there is one: what is not there cannot be removed, but there is no harm in making it before. */
export function removeTable(bridge: string): Request[] {
  const table = new Table(bridge);
  return [table.create(), table.delete()];
}

function maps(table: Table): Request[] {
  const published = [KEY.ADDRESS, KEY.PORT];
  return [
    table.map(MAP.PORTS, 1, [KEY.PROTOCOL, KEY.PORT], published),
    table.map(MAP.ADDRESSED_PORTS, 2, [KEY.ADDRESS, KEY.PROTOCOL, KEY.PORT], published),
  ];
}

function chains(table: Table): Request[] {
  const { RAW, DSTNAT, FILTER, SRCNAT } = PRIORITY;
  return [
    table.baseChain("guard", { type: "filter", hook: HOOK.PREROUTING, priority: RAW }),
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
    ...chain("guard", guardRules(bridge)),
    ...chain("prerouting", publishingRules()),
    ...chain("output", publishingRules()),
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
function publishingRules(): Expression[][] {
  const [first, second, third] = REGISTER;
  return [
    [
      ...isToHost(),
      loadDestination(first),
      meta(META.L4PROTO, second),
      loadDestinationPort(third),
      translate(MAP.ADDRESSED_PORTS),
      destinationNat(),
    ],
    [
      ...isToHost(),
      meta(META.L4PROTO, first),
      loadDestinationPort(second),
      translate(MAP.PORTS),
      destinationNat(),
    ],
  ];
}

/** By their addresses, as docker has it: where br_netfilter is loaded, packets may leave without having come from an interface. */
function sourceRules({ name, subnet, masquerade: leaves }: FilteredBridge): Expression[][] {
  const isToBridge = interfaceIs(META.OIFNAME, name);
  const isToOutside = interfaceIs(META.OIFNAME, name, { not: true });
  const isContainers = subnet === undefined ? undefined : isInSubnet(loadSource(), subnet);
  return [
    ...isContainers && leaves ? [[...isContainers, ...isToOutside, masquerade()]] : [],
    // A container that uses a published port of its neighbour or itself: the answer has to come back through the host.
    ...isContainers
      ? [[...isContainers, ...isToBridge, ...connection(CT.STATUS, CT_STATUS_DNAT), masquerade()]]
      : [],
    // The host itself, by 127.0.0.1: to a container that would be its own.
    [...isToBridge, ...isInSubnet(loadSource(), LOOPBACK), masquerade()],
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

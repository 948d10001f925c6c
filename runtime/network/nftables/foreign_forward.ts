/**
 * Living beside other packet filters. A packet must be accepted by every table: with docker on the host, ufw or firewalld, one of
 * theirs drops what is forwarded and nobody has asked for. So box, like docker, asks: with rules for each bridge that are seen as any
 * others. iptables' are in the chain that docker keeps for its users' rules, or in FORWARD itself; what goes to docker's own bridges
 * is left to docker. Elsewhere they stand where a filter has come to its end without having decided. The tables of the older
 * iptables-legacy, and such that belong to a program alone (`flags owner`), cannot be reached from here.
 */

import { isErrno } from "../../../ffi/errno.ts";
import { type Chain, closingRule, listChains } from "../../../ffi/netlink/netfilter/chains.ts";
import {
  compare,
  counter,
  type Expression,
  FAMILY,
  interfaceIs,
  META,
  meta,
  VERDICT,
  verdict,
} from "../../../ffi/netlink/netfilter/expressions.ts";
import { HOOK, type Table } from "../../../ffi/netlink/netfilter/nftables.ts";
import { commit } from "../../../ffi/netlink/netfilter/transaction.ts";
import { interfaceName } from "../../../ffi/netlink/netfilter/values.ts";
import type { Request } from "../../../ffi/netlink/socket.ts";

const IPTABLES = "filter", DOCKER_CHAIN = "DOCKER-USER", CHAINS = [DOCKER_CHAIN, "FORWARD"];
/** What the names of docker's bridges are, or begin with. */
const DOCKER_BRIDGES = [interfaceName("docker0"), new TextEncoder().encode("br-")];

/** Has other filters accept what is forwarded from and to a bridge, whoever has come since that was asked last. */
export function acceptForwarding(bridge: string, { ipv6 = false } = {}): void {
  const chains = attempt(listChains) ?? [];
  const requests = [
    () => askIptables(bridge, chains, FAMILY.IPV4),
    () => ipv6 ? askIptables(bridge, chains, FAMILY.IPV6) : [],
    () => askOthers(bridge, chains, ipv6),
  ];
  for (const request of requests) {
    attempt(() => {
      const rules = request();
      if (rules.length > 0) commit(rules);
    });
  }
}

/** Whoever owns a chain may take it away at any time, or let nobody near it. */
function attempt<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch (error) {
    if (!isErrno(error, "ENOENT", "EPERM", "EBUSY")) throw error;
    return undefined;
  }
}

function askIptables(bridge: string, chains: readonly Chain[], family: number): Request[] {
  const own = chainsOfIptables(chains).filter(({ table }) => table.family === family);
  const found = CHAINS.flatMap((name) => own.find((chain) => chain.name === name) ?? []).at(0);
  const comment = commentOf(bridge);
  if (found === undefined || found.table.findRules(found.name, comment).length > 0) return [];
  const { table, name } = found;
  const rule = (expressions: readonly Expression[], code: number) =>
    table.rule(name, [...expressions, counter(), verdict(code)], { first: true, comment });
  const { comesFrom, goesTo } = matchesOf(bridge);
  // Each is put before those that were there.
  const rules = [rule(goesTo, VERDICT.ACCEPT), rule(comesFrom, VERDICT.ACCEPT)];
  if (name !== DOCKER_CHAIN) return rules;
  const others = DOCKER_BRIDGES.map((name) =>
    rule([...comesFrom, meta(META.OIFNAME), compare(name)], VERDICT.RETURN)
  );
  return [...rules, ...others];
}

/** What an admin has decided stands before the end of a filter, and stays so. Firewalld decides on everything, at once. */
function askOthers(bridge: string, chains: readonly Chain[], ipv6: boolean): Request[] {
  const comment = commentOf(bridge), { comesFrom, goesTo } = matchesOf(bridge);
  return otherFilters(chains).flatMap((chain) => {
    const { table, name, drops } = chain, first = isFirewalld(chain);
    if (table.family === FAMILY.IPV6 && !ipv6) return [];
    const before = first ? undefined : closingRule(chain);
    if (!first && !drops && before === undefined) return [];
    if (table.findRules(name, comment).length > 0) return [];
    const isV4 = ipv6 ? [] : [meta(META.NFPROTO), compare(Uint8Array.of(FAMILY.IPV4))];
    return [comesFrom, goesTo].map((match) => {
      const expressions = [...isV4, ...match, counter(), verdict(VERDICT.ACCEPT)];
      return table.rule(name, expressions, { first, before, comment });
    });
  });
}

const isIpFamily = (family: number) => family === FAMILY.IPV4 || family === FAMILY.IPV6;

const isIptables = ({ name, family }: Table) => name === IPTABLES && isIpFamily(family);

/** The tables of bridges, box's own, say what they have to say. */
const isBridges = ({ name, family }: Table) => isIpFamily(family) && /^(?:box|br-)/.test(name);

const isFirewalld = ({ table: { name: table, family }, name }: Chain) =>
  family === FAMILY.INET && table === "firewalld" && name === "filter_FORWARD";

function chainsOfIptables(chains: readonly Chain[]): Chain[] {
  return chains.filter(({ table, name }) => isIptables(table) && CHAINS.includes(name));
}

function otherFilters(chains: readonly Chain[]): Chain[] {
  return chains.filter(({ table, type, hook }) =>
    type === "filter" && hook === HOOK.FORWARD &&
    (table.family === FAMILY.INET || isIpFamily(table.family)) &&
    !isIptables(table) && !isBridges(table)
  );
}

function matchesOf(bridge: string) {
  return {
    comesFrom: interfaceIs(META.IIFNAME, bridge),
    goesTo: interfaceIs(META.OIFNAME, bridge),
  };
}

/** What ends it. */
export function forgetForwarding(bridge: string): Request[] {
  const chains = listChains();
  return [...chainsOfIptables(chains), ...otherFilters(chains)].flatMap(({ table, name }) =>
    table.findRules(name, commentOf(bridge)).map((handle) => table.deleteRule(name, handle))
  );
}

/** By which the rules are found again. */
function commentOf(bridge: string): string {
  return `box: ${bridge}`;
}

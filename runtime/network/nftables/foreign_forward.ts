/**
 * Living beside iptables. A packet must be accepted by every table: with docker on the host, or ufw, iptables' own table drops
 * what is forwarded and nobody has asked for. So box, like docker, asks: with rules for each bridge, in the chain that docker
 * keeps for its users' rules, or in FORWARD itself. They are seen as any others by iptables (the one built on nftables; the tables
 * of the older one, iptables-legacy, cannot be reached from here). What goes to docker's own bridges is left to docker.
 */

import { isErrno } from "../../../ffi/errno.ts";
import {
  compare,
  counter,
  type Expression,
  interfaceIs,
  META,
  meta,
  VERDICT,
  verdict,
} from "../../../ffi/netlink/netfilter/expressions.ts";
import { Table } from "../../../ffi/netlink/netfilter/nftables.ts";
import { commit } from "../../../ffi/netlink/netfilter/transaction.ts";
import { interfaceName } from "../../../ffi/netlink/netfilter/values.ts";
import type { Request } from "../../../ffi/netlink/socket.ts";

const iptables = new Table("filter");
const DOCKER_CHAIN = "DOCKER-USER", CHAINS = [DOCKER_CHAIN, "FORWARD"];
/** What the names of docker's bridges are, or begin with. */
const DOCKER_BRIDGES = [interfaceName("docker0"), new TextEncoder().encode("br-")];

/** Has iptables accept what is forwarded from and to a bridge, if it is there. */
export function acceptForwarding(bridge: string): void {
  const chain = CHAINS.find((each) => iptables.hasChain(each));
  if (chain === undefined) return;
  const comment = commentOf(bridge);
  const rule = (expressions: readonly Expression[], code: number) =>
    iptables.rule(chain, [...expressions, counter(), verdict(code)], { first: true, comment });
  const comesFrom = interfaceIs(META.IIFNAME, bridge), goesTo = interfaceIs(META.OIFNAME, bridge);
  // Each is put before those that were there.
  const rules = [rule(goesTo, VERDICT.ACCEPT), rule(comesFrom, VERDICT.ACCEPT)];
  if (chain === DOCKER_CHAIN) {
    for (const name of DOCKER_BRIDGES) {
      rules.push(rule([...comesFrom, meta(META.OIFNAME), compare(name)], VERDICT.RETURN));
    }
  }
  try {
    if (iptables.findRules(chain, comment).length > 0) return;
    commit(rules);
  } catch (error) {
    if (!isErrno(error, "ENOENT")) throw error; // whoever owns the chain may take it away at any time
  }
}

/** What ends it. */
export function forgetForwarding(bridge: string): Request[] {
  return CHAINS.filter((chain) => iptables.hasChain(chain)).flatMap((chain) =>
    iptables.findRules(chain, commentOf(bridge)).map((handle) => iptables.deleteRule(chain, handle))
  );
}

/** By which the rules are found again. */
function commentOf(bridge: string): string {
  return `box: ${bridge}`;
}

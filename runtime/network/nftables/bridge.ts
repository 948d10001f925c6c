/** What a bridge has in the host's packet filters while it is there. */

import { batchMessages, commit } from "../../../ffi/netlink/netfilter/transaction.ts";
import { NETLINK } from "../../../ffi/netlink/socket.ts";
import type { NetworkFile } from "../../../storage/network/config.ts";
import { isFalse, isIsolating, MASQUERADE } from "../bridge_options.ts";
import type { CleanupStep } from "../cleanup.ts";
import { makeTable, removeTable } from "./bridge_table.ts";
import { acceptForwarding, forgetForwarding } from "./foreign_forward.ts";

export function openBridge(network: NetworkFile, bridge: string): void {
  const { Internal, Options, IPAM } = network;
  const masquerade = !Internal && !isFalse(Options[MASQUERADE] ?? "");
  const subnet = IPAM.Config.find(({ Subnet }) => !Subnet.includes(":"))?.Subnet;
  const isolating = isIsolating(network);
  commit(makeTable({ name: bridge, subnet, masquerade, internal: Internal, isolating }));
  // What comes to a published port at 127.0.0.1 is sent on, and so is its answer.
  Deno.writeTextFileSync(`/proc/sys/net/ipv4/conf/${bridge}/route_localnet`, "1");
  if (!Internal) acceptForwarding(bridge);
}

/** Somebody may have set up a filter since the bridge was made, or set his up anew: dockerd, firewalld. */
export function renewForwarding({ Internal }: NetworkFile, bridge: string): void {
  if (!Internal) acceptForwarding(bridge);
}

/** What takes it away, for another process to send. */
export function closeBridge(bridge: string): CleanupStep[] {
  const foreign = forgetForwarding(bridge);
  return [removeTable(bridge), ...foreign.length > 0 ? [foreign] : []]
    .map((requests) => ({ protocol: NETLINK.NETFILTER, messages: batchMessages(requests) }));
}

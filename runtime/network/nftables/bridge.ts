/** What a bridge has in the host's packet filters while it is there. */

import { FAMILY } from "../../../ffi/netlink/netfilter/expressions.ts";
import { batchMessages } from "../../../ffi/netlink/netfilter/transaction.ts";
import { NETLINK } from "../../../ffi/netlink/socket.ts";
import { writeNetworkSetting } from "../../../ffi/network_calls.ts";
import type { NetworkFile } from "../../../storage/network/config.ts";
import { isFalse, isIsolating, MASQUERADE } from "../bridge_options.ts";
import type { CleanupStep } from "../cleanup.ts";
import { isUsersOwn } from "../host.ts";
import { makeTable, removeTable } from "./bridge_table.ts";
import { acceptForwarding, forgetForwarding } from "./foreign_forward.ts";

export function openBridge(network: NetworkFile, bridge: string): void {
  const { Internal, EnableIPv6, Options, IPAM } = network;
  const masquerade = !Internal && !isFalse(Options[MASQUERADE] ?? "");
  const subnetOf = (isSix: boolean) =>
    IPAM.Config.find(({ Subnet }) => Subnet.includes(":") === isSix)?.Subnet;
  const common = { name: bridge, masquerade, internal: Internal, isolating: isIsolating(network) };
  makeTable({ ...common, family: FAMILY.IPV4, subnet: subnetOf(false) });
  if (EnableIPv6) makeTable({ ...common, family: FAMILY.IPV6, subnet: subnetOf(true) });
  // What comes to a published port at 127.0.0.1 is sent on, and so is its answer. Nobody is there in a user's own network.
  if (!isUsersOwn()) writeNetworkSetting(`ipv4/conf/${bridge}/route_localnet`, "1");
  renewForwarding(network, bridge);
}

/** Somebody may have set up a filter since the bridge was made, or set his up anew: dockerd, firewalld. */
export function renewForwarding({ Internal, EnableIPv6 }: NetworkFile, bridge: string): void {
  if (!Internal) acceptForwarding(bridge, { ipv6: EnableIPv6 });
}

/** What takes it away, for another process to send. */
export function closeBridge({ EnableIPv6 }: NetworkFile, bridge: string): CleanupStep[] {
  const foreign = forgetForwarding(bridge);
  return [
    removeTable(bridge, FAMILY.IPV4),
    ...EnableIPv6 ? [removeTable(bridge, FAMILY.IPV6)] : [],
    ...foreign.length > 0 ? [foreign] : [],
  ].map((requests) => ({ protocol: NETLINK.NETFILTER, messages: batchMessages(requests) }));
}

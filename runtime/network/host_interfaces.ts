/** What the interfaces on the host are called. Several stores may be at work on one host. */

import { sha256 } from "../../storage/digest.ts";
import { BRIDGE_NAME, isDefaultBridge, type NetworkFile } from "../../storage/network/config.ts";
import type { Store } from "../../storage/store.ts";

const DEFAULT_ROOT = "/var/lib/box";

/** The name of a store's own default bridge: `box0`, and for roots elsewhere `box-` with eight digits of their path's sha256. */
export async function defaultBridgeName({ root }: Store): Promise<string> {
  if (root === DEFAULT_ROOT) return "box0";
  const digest = await sha256(root);
  return `box-${digest.replace("sha256:", "").slice(0, 8)}`;
}

/** The bridge of a network: as docker has it, unless it is named by an option. */
export async function bridgeName(store: Store, network: NetworkFile): Promise<string> {
  if (isDefaultBridge(network)) return await defaultBridgeName(store);
  return network.Options[BRIDGE_NAME] || `br-${network.Id.slice(0, 12)}`;
}

/** The host's end of an endpoint's cable, found again by the endpoint's id whatever was killed. */
export function vethName(endpointId: string): string {
  return `veth${endpointId.slice(0, 7)}`;
}

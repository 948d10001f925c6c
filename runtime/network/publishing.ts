/**
 * The seam between networks and what packets may do on the host: masquerading, published ports, forwarding. Networks call these
 * functions when something begins or ends, and do not know what they do. What it takes is loaded only where it is needed.
 */

import type { NetlinkSocket } from "../../ffi/netlink/socket.ts";
import type { ContainerFile, HostConfig, NetworkSettings } from "../../storage/container/config.ts";
import { readContainerIfExists, readHostConfig } from "../../storage/container/container_store.ts";
import { CorruptStoreError } from "../../storage/errors.ts";
import type { NetworkFile } from "../../storage/network/config.ts";
import { leasedNetworks, listLeases } from "../../storage/network/leases.ts";
import { readNetwork } from "../../storage/network/network_store.ts";
import type { Store } from "../../storage/store.ts";
import type { CleanupStep } from "./cleanup.ts";
import type { Endpoint } from "./endpoint.ts";
import { onHost } from "./host.ts";
import { bridgeName } from "./host_interfaces.ts";
import { publishesPorts } from "./ports/requested_ports.ts";

/** A network's bridge has just been made. Called under the lock on networks. */
export async function bridgeOpened(
  _store: Store,
  network: NetworkFile,
  bridge: string,
): Promise<void> {
  const { openBridge } = await import("./nftables/bridge.ts");
  onHost(() => openBridge(network, bridge));
}

/** A network's bridge is there, and about to be used by one container more. */
export async function bridgeUsed(network: NetworkFile, bridge: string): Promise<void> {
  const { renewForwarding } = await import("./nftables/bridge.ts");
  onHost(() => renewForwarding(network, bridge));
}

/** What has to be done on the host when the bridge of a network goes: messages for a process that outlives box. */
export async function bridgeRemoval(store: Store, network: NetworkFile): Promise<CleanupStep[]> {
  const { closeBridge } = await import("./nftables/bridge.ts");
  const bridge = await bridgeName(store, network);
  return onHost(() => closeBridge(network, bridge));
}

/**
 * A container has been connected and is about to start, or runs and has been connected to one more network; `endpoints` are all
 * that it has. Its ports have been reserved, and are published on the first network that leads outside. Returns what
 * NetworkSettings.Ports is to say.
 */
export async function publishPorts(
  _store: Store,
  { NetworkSettings: { Ports } }: ContainerFile,
  _hostConfig: HostConfig,
  endpoints: readonly Endpoint[],
): Promise<NetworkSettings["Ports"]> {
  if (!Object.values(Ports ?? {}).some((bindings) => bindings?.length)) return Ports;
  const { publishOn } = await import("./ports/publish.ts");
  onHost(() => publishOn(endpoints, Ports!));
  return Ports;
}

/**
 * A container has ended, or has been disconnected from one network or all; it still has its leases. Returns sockets that take time
 * to be closed.
 */
export async function withdrawPorts(
  store: Store,
  containerId: string,
  only?: string,
): Promise<NetlinkSocket[]> {
  if (!mayPublishPorts(store, containerId)) return [];
  const { endForwarding } = await import("./ports/publish.ts");
  const sockets: NetlinkSocket[] = [];
  for (const id of leasedNetworks(store)) {
    const network = readNetwork(store, id);
    if (network?.Driver !== "bridge" || only !== undefined && only !== id) continue;
    const bridge = await bridgeName(store, network);
    for (const { address, container } of listLeases(store, id)) {
      if (container === containerId) sockets.push(...onHost(() => endForwarding(bridge, address)));
    }
  }
  return sockets;
}

/** A container whose files are damaged cannot tell: what it publishes is found by its addresses. */
function mayPublishPorts(store: Store, id: string): boolean {
  try {
    const container = readContainerIfExists(store, id);
    return container !== undefined && publishesPorts(container, readHostConfig(store, id));
  } catch (error) {
    if (error instanceof CorruptStoreError) return true;
    throw error;
  }
}

/**
 * The seam between networks and what packets may do on the host: masquerading, published ports, forwarding. Networks call these
 * functions when something begins or ends, and do not know what they do.
 */

import type { ContainerFile, HostConfig, NetworkSettings } from "../../storage/container/config.ts";
import type { NetworkFile } from "../../storage/network/config.ts";
import type { Store } from "../../storage/store.ts";
import type { CleanupStep } from "./cleanup.ts";
import type { Endpoint } from "./endpoint.ts";

/** A network's bridge has just been made. Called under the lock on networks. */
export function bridgeOpened(_store: Store, _network: NetworkFile, _bridge: string): Promise<void> {
  return Promise.resolve();
}

/** What has to be done on the host when the bridge of a network goes: messages for a process that outlives box. */
export function bridgeRemoval(_store: Store, _network: NetworkFile): Promise<CleanupStep[]> {
  return Promise.resolve([]);
}

/**
 * A container has been connected and is about to start, or runs and has been connected to one more network; `endpoints` are all
 * that it has. Returns what NetworkSettings.Ports is to say. Throws an EngineError for a port that cannot be had.
 */
export function publishPorts(
  _store: Store,
  _container: ContainerFile,
  _hostConfig: HostConfig,
  _endpoints: readonly Endpoint[],
): Promise<NetworkSettings["Ports"]> {
  return Promise.resolve(null);
}

/** A container has ended, or has been disconnected from all networks. Called for containers that published nothing, too. */
export function withdrawPorts(_store: Store, _containerId: string): Promise<void> {
  return Promise.resolve();
}

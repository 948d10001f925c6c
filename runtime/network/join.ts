/** Connecting a container that exists to one network more: one that runs, or one that does not. */

import type {
  ContainerFile,
  EndpointSettings,
  HostConfig,
} from "../../storage/container/config.ts";
import { readContainer, readHostConfig } from "../../storage/container/container_store.ts";
import { ConflictError } from "../../storage/errors.ts";
import { isDefaultBridge, type NetworkFile } from "../../storage/network/config.ts";
import { resolveNetwork } from "../../storage/network/network_store.ts";
import type { Store } from "../../storage/store.ts";
import { lockContainer } from "../container/lock_container.ts";
import {
  emptyEndpoint,
  endpointSettings,
  recordNetworkEvent,
} from "../container/network_settings.ts";
import { isAlive } from "../container/process_identity.ts";
import { prepareForContainers } from "../container/repair.ts";
import { donorOf } from "../container/shared_namespaces.ts";
import { connect, withHint } from "./connect.ts";
import { bridgesOf, currentEndpoints } from "./current_endpoints.ts";
import { hostRefusal, inContainer, noteNetworks, settle } from "./membership.ts";
import { freeInterfaceName } from "./plug.ts";
import { releaseNetworks } from "./release.ts";

/** Connects a container to one network more; to one that it is on already, only while it does not run, with other settings. */
export async function connectContainer(
  store: Store,
  id: string,
  words: string,
  asked: Partial<EndpointSettings>,
): Promise<void> {
  await prepareForContainers(store);
  const network = resolveNetwork(store, words);
  if (!await join(store, id, network, asked)) return;
  // Its resolv.conf says so by now; whoever looks after it has to know, or somebody has to begin to.
  const { askForNames } = await import("../container/monitor/names_request.ts");
  await askForNames(store, id);
}

/** Whether the container runs, and is where containers have names. */
async function join(
  store: Store,
  id: string,
  network: NetworkFile,
  asked: Partial<EndpointSettings>,
): Promise<boolean> {
  using _ = lockContainer(store, id);
  const container = readContainer(store, id), hostConfig = readHostConfig(store, id);
  checkMayConnect(container, hostConfig, network);
  const { IPv4Address, IPv6Address } = asked.IPAMConfig ?? {};
  if (isDefaultBridge(network) && (IPv4Address || IPv6Address)) {
    throw new ConflictError(
      "user specified IP address is supported on user defined networks only",
    );
  }
  const settings = emptyEndpoint({ IPAMConfig: {}, DriverOpts: {}, ...asked });
  const { Networks } = container.NetworkSettings, { Name: name } = network;
  if (!isAlive(container)) {
    const Aliases = [...asked.Aliases ?? [], id.slice(0, 12)];
    const added = isDefaultBridge(network) ? settings : { ...settings, Aliases };
    noteNetworks(store, container, { Networks: { ...Networks, [name]: added } });
    return false;
  }
  if (Networks[name]?.EndpointID) {
    throw new ConflictError(
      `endpoint with name ${container.Name.slice(1)} already exists in network ${name}`,
    );
  }
  await inContainer(container, async (host, namespace) => {
    const before = currentEndpoints(store, container, namespace, await bridgesOf(store));
    const free = freeInterfaceName(namespace);
    try {
      const added = await connect(store, container, { network, settings }, host, namespace, free);
      const changed = { ...Networks, [name]: endpointSettings(settings, added) };
      await settle(store, container, hostConfig, namespace, [...before, added], changed);
    } catch (error) {
      await releaseNetworks(store, id, network.Id);
      throw withHint(error);
    }
    recordNetworkEvent(store, "connect", network, { container: id });
  });
  return !isDefaultBridge(network);
}

/** Throws ConflictError in docker's words. */
function checkMayConnect(
  { NetworkSettings: { Networks } }: ContainerFile,
  { NetworkMode }: HostConfig,
  network: NetworkFile,
): void {
  if (NetworkMode === "host" || donorOf(NetworkMode) !== undefined) {
    throw new ConflictError(
      "container sharing network namespace with another container or host " +
        "cannot be connected to any other network",
    );
  }
  if (network.Driver === "host") throw hostRefusal();
  const names = Object.keys(Networks);
  if (names.includes("none") || NetworkMode === "none" || network.Driver === "null") {
    throw new ConflictError(
      "container cannot be connected to multiple networks " +
        "with one of the networks in private (none) mode",
    );
  }
}

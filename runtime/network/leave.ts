/** Disconnecting a container from a network, whether it runs or not. */

import { deleteLink, findLink } from "../../ffi/netlink/route/link.ts";
import { readContainer, readHostConfig } from "../../storage/container/container_store.ts";
import { ConflictError } from "../../storage/errors.ts";
import { resolveNetwork } from "../../storage/network/network_store.ts";
import type { Store } from "../../storage/store.ts";
import { lockContainer } from "../container/lock_container.ts";
import { recordNetworkEvent } from "../container/network_settings.ts";
import { isAlive } from "../container/process_identity.ts";
import { prepareForContainers } from "../container/repair.ts";
import { bridgesOf, currentEndpoints } from "./current_endpoints.ts";
import { hostRefusal, inContainer, noteNetworks, settle } from "./membership.ts";
import type { Namespace } from "./plug.ts";
import { releaseNetworks } from "./release.ts";

/** Takes a container off a network. */
export async function disconnectContainer(store: Store, id: string, words: string): Promise<void> {
  await prepareForContainers(store);
  const network = resolveNetwork(store, words);
  using _ = lockContainer(store, id);
  const container = readContainer(store, id), hostConfig = readHostConfig(store, id);
  if (network.Driver === "host" || hostConfig.NetworkMode === "host") throw hostRefusal();
  const { [network.Name]: settings, ...others } = container.NetworkSettings.Networks;
  if (settings === undefined) {
    throw new ConflictError(`container ${id} is not connected to network ${network.Name}`);
  }
  if (!isAlive(container) || !settings.EndpointID) {
    return noteNetworks(store, container, { Networks: others });
  }
  await inContainer(container, async (_host, namespace) => {
    const endpoints = currentEndpoints(store, container, namespace, await bridgesOf(store));
    const going = endpoints.find(({ networkId }) => networkId === network.Id);
    if (going) removeInterface(namespace, going.interfaceName);
    await releaseNetworks(store, id, network.Id);
    const rest = endpoints.filter((each) => each !== going);
    await settle(store, container, hostConfig, namespace, rest, others);
    recordNetworkEvent(store, "disconnect", network, { container: id });
  });
}

function removeInterface({ socket }: Namespace, name: string): void {
  const link = findLink(socket, name);
  if (link) socket.request(deleteLink(link.index));
}

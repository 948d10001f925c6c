/** What connecting a container that runs to a network and disconnecting it have in common. */

import { close } from "../../ffi/file.ts";
import { NETLINK, NetlinkSocket } from "../../ffi/netlink/socket.ts";
import { inNetworkNamespace } from "../../ffi/network_namespace.ts";
import type { ContainerFile, HostConfig, NetworkSettings } from "../../storage/container/config.ts";
import { containerPath, writeContainer } from "../../storage/container/container_store.ts";
import { ConflictError } from "../../storage/errors.ts";
import type { Store } from "../../storage/store.ts";
import { writeNetworkFiles } from "../container/network_files.ts";
import { openNamespace } from "../container/shared_namespaces.ts";
import { renewDefaultRoutes } from "./default_route.ts";
import type { Endpoint } from "./endpoint.ts";
import { hostSocket } from "./host.ts";
import type { Namespace } from "./plug.ts";
import { publishPorts } from "./publishing.ts";

/** Docker's refusal of the host's network. */
export const hostRefusal = () =>
  new ConflictError(
    "container cannot be disconnected from host network or connected to host network",
  );

/** Calls with sockets of the host's namespace and of the container's. */
export async function inContainer(
  container: ContainerFile,
  action: (host: NetlinkSocket, namespace: Namespace) => Promise<void>,
): Promise<void> {
  const fd = openNamespace(container, "net");
  try {
    using host = hostSocket();
    using socket = inNetworkNamespace(fd, () => new NetlinkSocket(NETLINK.ROUTE));
    await action(host, { fd, socket });
  } finally {
    close(fd);
  }
}

/** What follows when a running container's networks have changed: routes, names, ports, and its file. */
export async function settle(
  store: Store,
  container: ContainerFile,
  hostConfig: HostConfig,
  { socket }: Namespace,
  endpoints: readonly Endpoint[],
  networks: NetworkSettings["Networks"],
): Promise<void> {
  renewDefaultRoutes(socket, endpoints);
  const directory = containerPath(store, container.ID);
  await writeNetworkFiles(store, directory, container, hostConfig, { endpoints });
  const Ports = await publishPorts(store, container, hostConfig, endpoints);
  noteNetworks(store, container, { Networks: networks, ...(Ports && { Ports }) });
}

/** Changes what the container's file says of its networks. */
export function noteNetworks(
  store: Store,
  container: ContainerFile,
  changed: Partial<NetworkSettings>,
): void {
  const NetworkSettings = { ...container.NetworkSettings, ...changed };
  writeContainer(containerPath(store, container.ID), { ...container, NetworkSettings });
}

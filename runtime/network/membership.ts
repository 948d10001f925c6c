/** Connecting containers that exist to networks, and disconnecting them: those that run, and those that do not. */

import { close } from "../../ffi/file.ts";
import { listAddresses } from "../../ffi/netlink/route/address.ts";
import { deleteLink, findLink, listLinks } from "../../ffi/netlink/route/link.ts";
import { NETLINK, NetlinkSocket } from "../../ffi/netlink/socket.ts";
import { inNetworkNamespace } from "../../ffi/network_namespace.ts";
import type {
  ContainerFile,
  EndpointSettings,
  HostConfig,
  NetworkSettings,
} from "../../storage/container/config.ts";
import {
  containerPath,
  readContainer,
  readHostConfig,
  writeContainer,
} from "../../storage/container/container_store.ts";
import { ConflictError } from "../../storage/errors.ts";
import { formatAddress } from "../../ffi/ip_address.ts";
import { isDefaultBridge, type NetworkFile } from "../../storage/network/config.ts";
import { gatewayOf } from "../../storage/network/leases.ts";
import { readNetwork, readNetworks, resolveNetwork } from "../../storage/network/network_store.ts";
import type { Store } from "../../storage/store.ts";
import { lockContainer } from "../container/lock_container.ts";
import { writeNetworkFiles } from "../container/network_files.ts";
import {
  emptyEndpoint,
  endpointSettings,
  recordNetworkEvent,
} from "../container/network_settings.ts";
import { isAlive } from "../container/process_identity.ts";
import { prepareForContainers } from "../container/repair.ts";
import { donorOf, openNamespace } from "../container/shared_namespaces.ts";
import { bridgeName, vethName } from "./host_interfaces.ts";
import { connect, withHint } from "./connect.ts";
import { renewDefaultRoutes } from "./default_route.ts";
import type { Endpoint } from "./endpoint.ts";
import { freeInterfaceName, type Namespace } from "./plug.ts";
import { publishPorts } from "./publishing.ts";
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
  using _ = lockContainer(store, id);
  const container = readContainer(store, id), hostConfig = readHostConfig(store, id);
  checkMayConnect(container, hostConfig, network);
  if (isDefaultBridge(network) && asked.IPAMConfig) {
    throw new ConflictError(
      "user specified IP address is supported on user defined networks only",
    );
  }
  const settings = emptyEndpoint({ IPAMConfig: {}, DriverOpts: {}, ...asked });
  const { Networks } = container.NetworkSettings, { Name: name } = network;
  if (!isAlive(container)) {
    const Aliases = [...asked.Aliases ?? [], id.slice(0, 12)];
    const added = isDefaultBridge(network) ? settings : { ...settings, Aliases };
    return write(store, container, { Networks: { ...Networks, [name]: added } });
  }
  if (Networks[name]?.EndpointID) {
    throw new ConflictError(
      `endpoint with name ${container.Name.slice(1)} already exists in network ${name}`,
    );
  }
  await inContainer(container, async (host, namespace) => {
    const before = currentEndpoints(store, container, namespace, await bridgesOf(store));
    const free = freeInterfaceName(namespace);
    let added: Endpoint;
    try {
      added = await connect(store, container, { network, settings }, host, namespace, free);
    } catch (error) {
      await releaseNetworks(store, id, network.Id);
      throw withHint(error);
    }
    const endpoints = [...before, added];
    const changed = { ...Networks, [name]: endpointSettings(settings, added) };
    await settle(store, container, hostConfig, namespace, endpoints, changed);
    recordNetworkEvent(store, "connect", network, { container: id });
  });
}

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
    return write(store, container, { Networks: others });
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

function removeInterface(namespace: Namespace, name: string): void {
  const link = findLink(namespace.socket, name);
  if (link) namespace.socket.request(deleteLink(link.index));
}

const hostRefusal = () =>
  new ConflictError(
    "container cannot be disconnected from host network or connected to host network",
  );

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

/** Calls with sockets of the host's namespace and of the container's. */
async function inContainer(
  container: ContainerFile,
  action: (host: NetlinkSocket, namespace: Namespace) => Promise<void>,
): Promise<void> {
  const fd = openNamespace(container, "net");
  try {
    using host = new NetlinkSocket(NETLINK.ROUTE);
    using socket = inNetworkNamespace(fd, () => new NetlinkSocket(NETLINK.ROUTE));
    await action(host, { fd, socket });
  } finally {
    close(fd);
  }
}

/** What follows when a running container's networks have changed: routes, names, ports, and its file. */
async function settle(
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
  write(store, container, { Networks: networks, ...(Ports && { Ports }) });
}

function write(store: Store, container: ContainerFile, changed: Partial<NetworkSettings>): void {
  const NetworkSettings = { ...container.NetworkSettings, ...changed };
  writeContainer(containerPath(store, container.ID), { ...container, NetworkSettings });
}

type Bridges = (network: NetworkFile) => string;

/** What the bridges are called, found out beforehand. */
async function bridgesOf(store: Store): Promise<Bridges> {
  const names = new Map<string, string>();
  for (const network of readNetworks(store)) {
    if (network.Driver === "bridge") names.set(network.Id, await bridgeName(store, network));
  }
  return ({ Id }) => names.get(Id) ?? "";
}

/** The endpoints of a container that runs, from its file and from what its interfaces have. */
export function currentEndpoints(
  store: Store,
  { NetworkSettings: { Networks } }: ContainerFile,
  { socket }: Namespace,
  bridges: Bridges,
): Endpoint[] {
  const addresses = listAddresses(socket), links = listLinks(socket);
  return Object.values(Networks).flatMap((settings): Endpoint[] => {
    const network = settings.EndpointID ? readNetwork(store, settings.NetworkID) : undefined;
    if (network === undefined) return [];
    const found = addresses.find(({ address }) => formatAddress(address) === settings.IPAddress);
    const link = links.find(({ index }) => index === found?.index);
    return link ? [endpointOf(network, settings, link.name, bridges)] : [];
  });
}

function endpointOf(
  network: NetworkFile,
  settings: EndpointSettings,
  interfaceName: string,
  bridges: Bridges,
): Endpoint {
  const { EndpointID, IPAddress, IPPrefixLen, MacAddress, GlobalIPv6Address } = settings;
  const isBridge = network.Driver === "bridge";
  const pool = network.IPAM.Config.find(({ Subnet }) => !Subnet.includes(":"))!;
  return {
    networkId: network.Id,
    networkName: network.Name,
    driver: network.Driver,
    isDefault: isDefaultBridge(network),
    internal: network.Internal,
    endpointId: EndpointID,
    interfaceName,
    bridge: bridges(network),
    hostInterface: isBridge ? vethName(EndpointID) : "",
    ipAddress: IPAddress,
    prefixLength: IPPrefixLen,
    gateway: formatAddress(gatewayOf(pool)),
    macAddress: MacAddress,
    ...(GlobalIPv6Address && {
      ipv6: {
        address: GlobalIPv6Address,
        prefixLength: settings.GlobalIPv6PrefixLen,
        gateway: settings.IPv6Gateway,
      },
    }),
    aliases: settings.Aliases ?? [],
  };
}

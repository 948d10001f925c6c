/** Connecting containers to networks when they start: a namespace with an interface for each network, made before the container is. */

import { isErrno } from "../../ffi/errno.ts";
import { close } from "../../ffi/file.ts";
import type { NetlinkSocket } from "../../ffi/netlink/socket.ts";
import { createNetworkNamespace, insideNetworkNamespace } from "../../ffi/network_namespace.ts";
import { findLink, setLink } from "../../ffi/netlink/route/link.ts";
import type {
  ContainerFile,
  EndpointSettings,
  HostConfig,
} from "../../storage/container/config.ts";
import type { ContainerConfig } from "../../storage/image/config.ts";
import { randomId } from "../../storage/id.ts";
import { isDefaultBridge, type NetworkFile } from "../../storage/network/config.ts";
import { lockNetworks, resolveNetwork } from "../../storage/network/network_store.ts";
import type { Store } from "../../storage/store.ts";
import { emptyEndpoint } from "../container/network_settings.ts";
import { explainClone } from "../sandbox/start.ts";
import { chooseAddresses } from "./addresses.ts";
import { ensureBridge } from "./bridge.ts";
import { setDefaultRoutes } from "./default_route.ts";
import type { Endpoint } from "./endpoint.ts";
import { NetworkForbidden } from "./forbidden.ts";
import { hostSocket } from "./host.ts";
import { vethName } from "./host_interfaces.ts";
import { type Namespace, plugIn } from "./plug.ts";
import { prepareNamespace } from "./prepare_namespace.ts";
import { releaseNetworks } from "./release.ts";
import { openWayOut } from "./way_out.ts";

/** A network that a container is to be connected to, and how. */
export interface Connection {
  readonly network: NetworkFile;
  readonly settings: EndpointSettings;
}

/** What a container is to be born in. */
export interface ConnectedNamespace {
  /** The caller closes it. */
  readonly fd: number;
  readonly endpoints: readonly Endpoint[];
}

/** Who is connected: a container, or what is like one to its networks. */
export interface Connected {
  /** 64 hexadecimal digits. */
  readonly ID: string;
  readonly Config: Pick<ContainerConfig, "MacAddress">;
}

/** The networks that a container is to be connected to when it starts, the one that it was created on first. */
export function connectionsOf(
  store: Store,
  { Config: { MacAddress }, NetworkSettings: { Networks } }: ContainerFile,
  { NetworkMode }: HostConfig,
): Connection[] {
  const first = NetworkMode === "default" ? "bridge" : NetworkMode;
  const asked = Object.entries(Networks ?? {});
  // One that was taken off its last network comes back to the first.
  const wanted = asked.length > 0 ? asked : [[first, emptyEndpoint()] as const];
  return wanted.toSorted(([a], [b]) => Number(b === first) - Number(a === first))
    .map(([name, settings]) => ({
      network: resolveNetwork(store, name),
      // What was said of the container's interface is of the first one.
      settings: name === first && MacAddress
        ? { DesiredMacAddress: MacAddress, ...settings }
        : settings,
    }))
    .filter(({ network: { Driver } }) => Driver !== "null" && Driver !== "host");
}

/**
 * Makes a namespace, which belongs to a user namespace if there is one, with an interface on each of these networks. What a failure
 * leaves is undone.
 */
export async function connectToNetworks(
  store: Store,
  container: Connected,
  connections: readonly Connection[],
  userNamespace?: number,
): Promise<ConnectedNamespace> {
  const own = userNamespace === undefined
    ? undefined
    : await import("../../ffi/idmap_namespace.ts");
  const { fd, result: socket } = explained(() =>
    own
      ? insideNetworkNamespace(own.createNetworkNamespaceOf(userNamespace!), prepareNamespace)
      : createNetworkNamespace(prepareNamespace)
  );
  try {
    using _ = socket;
    using host = hostSocket();
    const namespace = { fd, socket };
    const endpoints: Endpoint[] = [];
    socket.request(setLink(1, { up: true }));
    for (const [number, connection] of connections.entries()) {
      const name = `eth${number}`;
      endpoints.push(await connect(store, container, connection, host, namespace, name));
    }
    setDefaultRoutes(socket, endpoints);
    return { fd, endpoints };
  } catch (error) {
    close(fd);
    await releaseNetworks(store, container.ID);
    throw withHint(error);
  }
}

/** Connects a namespace to one network more, but for the route to the outside. */
export async function connect(
  store: Store,
  container: Connected,
  { network, settings }: Connection,
  host: NetlinkSocket,
  namespace: Namespace,
  interfaceName: string,
): Promise<Endpoint> {
  await openWayOut(network);
  const described = await reserveEndpoint(store, container, network, settings, host, interfaceName);
  plugIn(host, namespace, described.network, described.endpoint, described.bridge);
  return described.endpoint;
}

/** Takes addresses, and sees to it that the bridge is there. */
async function reserveEndpoint(
  store: Store,
  container: Connected,
  asked: NetworkFile,
  settings: EndpointSettings,
  host: NetlinkSocket,
  interfaceName: string,
): Promise<{ network: NetworkFile; endpoint: Endpoint; bridge?: number }> {
  using _ = await lockNetworks(store);
  const isBridge = asked.Driver === "bridge", endpointId = randomId();
  const bridge = isBridge ? await ensureBridge(store, asked, host) : undefined;
  const network = bridge?.network ?? asked;
  const holder = { container: container.ID, endpoint: endpointId };
  const addresses = chooseAddresses(store, network, holder, settings);
  const parent = isBridge ? undefined : findLink(host, network.Options.parent ?? "");
  const macAddress = network.Driver === "ipvlan"
    ? macText(parent?.address ?? new Uint8Array(6))
    : settings.DesiredMacAddress || addresses.macAddress;
  return {
    network,
    bridge: bridge?.index,
    endpoint: {
      networkId: network.Id,
      networkName: network.Name,
      driver: network.Driver,
      isDefault: isDefaultBridge(network),
      internal: network.Internal,
      endpointId,
      interfaceName,
      bridge: bridge?.name ?? "",
      hostInterface: isBridge ? vethName(endpointId) : "",
      ...addresses,
      macAddress,
      linkLocal: settings.IPAMConfig?.LinkLocalIPs ?? [],
      aliases: aliasesOf(container, network, settings),
    },
  };
}

/** On networks of the user's own a container is found by the beginning of its id, too. */
function aliasesOf(
  { ID: id }: Connected,
  network: NetworkFile,
  { Aliases }: EndpointSettings,
): string[] {
  const own = isDefaultBridge(network) ? [] : [id.slice(0, 12)];
  return [...new Set([...Aliases ?? [], ...own])];
}

const macText = (bytes: Uint8Array) =>
  [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join(":");

function explained<T>(action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw isErrno(error, "ENOSPC", "EUSERS") ? explainClone(error) : withHint(error);
  }
}

/** Who may not make interfaces is told what works without. */
export function withHint(error: unknown): unknown {
  if (!isErrno(error, "EPERM", "EACCES")) return error;
  return new NetworkForbidden(
    `networks need the capabilities CAP_NET_ADMIN and CAP_SYS_ADMIN: ${error.message}; ` +
      "--network none and --network host do without",
  );
}

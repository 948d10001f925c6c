/** The sockets that a container needs for its network before it starts: published ports, and its resolver. */

import { close } from "../../ffi/file.ts";
import type {
  ContainerFile,
  HostConfig,
  NetworkSettings,
  NetworkSocket,
} from "../../storage/container/config.ts";
import { readContainers } from "../../storage/container/container_store.ts";
import { ConflictError } from "../../storage/errors.ts";
import type { ContainerConfig } from "../../storage/image/config.ts";
import type { Store } from "../../storage/store.ts";
import { publishesPorts, requestedPorts } from "../network/ports/requested_ports.ts";
import { StartError } from "../sandbox/start.ts";
import { isAlive } from "./process_identity.ts";

/** Networks that there always are, and on which nobody has a name. */
const NAMELESS = ["", "default", "bridge", "none", "host"];

/** Whether containers on a network of this mode find each other by name. */
export function hasNames({ NetworkMode }: Pick<HostConfig, "NetworkMode">): boolean {
  return !NAMELESS.includes(NetworkMode) && !NetworkMode.startsWith("container:");
}

/** Whether a container that runs has come to such a network. */
export function hasNamedNetworks(
  { NetworkSettings: { Networks } }: Pick<ContainerFile, "NetworkSettings">,
): boolean {
  return Object.entries(Networks ?? {}).some(([name, { EndpointID }]) =>
    EndpointID && !NAMELESS.includes(name)
  );
}

/** Whether a monitor has to serve anything of a container's network. */
export function needsNetworkServices(Config: ContainerConfig, hostConfig: HostConfig): boolean {
  return hasNames(hostConfig) || publishesPorts({ Config }, hostConfig);
}

/** What a container's ports are on the host, and the sockets that say so. */
export interface ReservedPorts {
  readonly ports: NetworkSettings["Ports"];
  readonly sockets: readonly NetworkSocket[];
}

/** Reserves what is to be published. Throws StartError in docker's words for what is not to be had. */
export async function reservePorts(
  store: Store,
  container: ContainerFile,
  hostConfig: HostConfig,
): Promise<ReservedPorts> {
  if (!publishesPorts(container, hostConfig)) {
    return { ports: exposedPorts(container, hostConfig), sockets: [] };
  }
  const [{ PortReservation }, { connectionsOf }, { isPublishing, hostBinding }] = await Promise.all(
    [
      import("../network/ports/reserve.ts"),
      import("../network/connect.ts"),
      import("../network/ports/publishing_network.ts"),
    ],
  );
  const network = connectionsOf(store, container, hostConfig).map(({ network }) => network)
    .find(isPublishing);
  // As on macvlan: docker takes the ports, and publishes none.
  if (network === undefined) return { ports: exposedPorts(container, hostConfig), sockets: [] };
  try {
    return new PortReservation(
      requestedPorts(container, hostConfig),
      (protocol, ip, port) => isAllocated(store, protocol, ip, port),
      hostBinding(network),
    );
  } catch (error) {
    if (!(error instanceof ConflictError)) throw error;
    throw new StartError(
      `driver failed programming external connectivity on endpoint ${container.Name.slice(1)}: ` +
        error.message,
      125,
    );
  }
}

export function closeSockets(sockets: readonly NetworkSocket[]): void {
  for (const { Descriptor } of sockets) close(Descriptor);
}

/** Those of a container that publishes none. */
function exposedPorts(
  container: ContainerFile,
  { NetworkMode }: HostConfig,
): NetworkSettings["Ports"] {
  if (["none", "host"].includes(NetworkMode) || NetworkMode.startsWith("container:")) return {};
  const keys = Object.keys(container.Config.ExposedPorts ?? {});
  return Object.fromEntries(keys.map((key) => [key, null]));
}

/** Whether a container of the store that runs has this port of the host. */
function isAllocated(store: Store, protocol: string, hostIp: string, hostPort: number): boolean {
  const isV6 = hostIp.includes(":");
  return readContainers(store).containers.some((container) =>
    Object.entries(container.NetworkSettings.Ports ?? {}).some(([key, bindings]) =>
      key.endsWith(`/${protocol}`) &&
      bindings?.some(({ HostIp, HostPort }) =>
        Number(HostPort) === hostPort && HostIp.includes(":") === isV6
      )
    ) && isAlive(container)
  );
}

/** The network that a container starts in. */

import { close } from "../../ffi/file.ts";
import {
  type ContainerFile,
  type HostConfig,
  type NetworkSettings,
} from "../../storage/container/config.ts";
import { containerPath } from "../../storage/container/container_store.ts";
import { EngineError } from "../../storage/errors.ts";
import { randomId } from "../../storage/id.ts";
import type { Store } from "../../storage/store.ts";
import type { Endpoint } from "../network/endpoint.ts";
import type { SandboxSpec } from "../sandbox/spec.ts";
import { StartError } from "../sandbox/start.ts";
import { emptyEndpoint, endpointSettings } from "./network_settings.ts";
import { donorOf, openDonorsNetwork } from "./shared_namespaces.ts";

/** Open until the container's process has joined it. */
export class ContainerNetwork implements Disposable {
  private constructor(
    readonly spec: SandboxSpec["network"],
    /** What it has on each of its networks. */
    readonly endpoints: readonly Endpoint[] = [],
    /** Where hosts, hostname and resolv.conf are, if they are another container's. */
    readonly filesOf?: string,
    private readonly ports: NetworkSettings["Ports"] = null,
  ) {}

  /** Throws StartError in docker's words if there is no such network, or no address on it. */
  static async open(
    store: Store,
    container: ContainerFile,
    hostConfig: HostConfig,
    userNamespace?: number,
  ): Promise<ContainerNetwork> {
    const { NetworkMode: mode } = hostConfig, donor = donorOf(mode);
    if (mode === "none" || mode === "host") return new ContainerNetwork(mode);
    if (donor !== undefined) {
      const namespace = openDonorsNetwork(store, donor);
      return new ContainerNetwork({ namespace }, [], containerPath(store, donor));
    }
    try {
      return await ContainerNetwork.connect(store, container, hostConfig, userNamespace);
    } catch (error) {
      if (error instanceof EngineError) throw new StartError(error.message, 125);
      throw error;
    }
  }

  private static async connect(
    store: Store,
    container: ContainerFile,
    hostConfig: HostConfig,
    userNamespace: number | undefined,
  ): Promise<ContainerNetwork> {
    const { connectToNetworks, connectionsOf } = await import("../network/connect.ts");
    const { publishPorts } = await import("../network/publishing.ts");
    const connections = connectionsOf(store, container, hostConfig);
    if (connections.length === 0) return new ContainerNetwork("none");
    const { fd, endpoints } = await connectToNetworks(
      store,
      container,
      connections,
      userNamespace,
    );
    try {
      const ports = await publishPorts(store, container, hostConfig, endpoints);
      return new ContainerNetwork({ namespace: fd }, endpoints, undefined, ports);
    } catch (error) {
      close(fd);
      throw error;
    }
  }

  /** What the container's file says while it runs. */
  settings(asked: NetworkSettings, pid: number): NetworkSettings {
    if (this.endpoints.length === 0) return asked;
    const networks = this.endpoints.map((endpoint) => {
      const { networkName, networkId } = endpoint;
      const [, settings] = Object.entries(asked.Networks ?? {}).find(([name]) =>
        networkName === name || networkId.startsWith(name)
      ) ?? [];
      return [networkName, endpointSettings(settings ?? emptyEndpoint(), endpoint)] as const;
    });
    return {
      ...asked,
      SandboxID: randomId(),
      SandboxKey: `/proc/${pid}/ns/net`,
      // Docker knows of ports by the bridges that lead outside.
      Ports: this.endpoints.some(({ bridge, internal }) => bridge !== "" && !internal)
        ? this.ports ?? asked.Ports
        : {},
      Networks: Object.fromEntries(networks),
    };
  }

  [Symbol.dispose](): void {
    if (typeof this.spec === "object") close(this.spec.namespace);
  }
}

/** Whether a container's networks are no one else's, and something has to be given back. */
export function hasOwnNetworks({ NetworkMode: mode }: Pick<HostConfig, "NetworkMode">): boolean {
  return mode !== "none" && mode !== "host" && donorOf(mode) === undefined;
}

/** Gives back what a container has of networks; `hostConfig` spares looking where there is nothing. */
export async function releaseNetwork(
  store: Store,
  id: string,
  hostConfig?: Pick<HostConfig, "NetworkMode">,
): Promise<void> {
  if (hostConfig !== undefined && !hasOwnNetworks(hostConfig)) return;
  const { releaseNetworks } = await import("../network/release.ts");
  await releaseNetworks(store, id);
}

/** NetworkSettings of a container: what is known of its networks, and what of that ends with a run. */

import type {
  ContainerFile,
  EndpointSettings,
  NetworkSettings,
} from "../../storage/container/config.ts";
import { appendEvent } from "../../storage/events/append.ts";
import type { Store } from "../../storage/store.ts";
import type { Endpoint } from "../network/endpoint.ts";

/** The settings of a network that was asked for, and nothing yet. */
export function emptyEndpoint(asked: Partial<EndpointSettings> = {}): EndpointSettings {
  return {
    IPAMConfig: null,
    Links: null,
    Aliases: null,
    NetworkID: "",
    EndpointID: "",
    Gateway: "",
    IPAddress: "",
    IPPrefixLen: 0,
    IPv6Gateway: "",
    GlobalIPv6Address: "",
    GlobalIPv6PrefixLen: 0,
    MacAddress: "",
    DriverOpts: null,
    IPAMOperational: false,
    ...asked,
  };
}

/** With what a container has got on a network. */
export function endpointSettings(asked: EndpointSettings, endpoint: Endpoint): EndpointSettings {
  const { ipv6, aliases } = endpoint;
  return {
    ...asked,
    Aliases: aliases.length > 0 ? [...aliases] : asked.Aliases,
    NetworkID: endpoint.networkId,
    EndpointID: endpoint.endpointId,
    Gateway: endpoint.internal ? "" : endpoint.gateway,
    IPAddress: endpoint.ipAddress,
    IPPrefixLen: endpoint.prefixLength,
    IPv6Gateway: ipv6?.gateway ?? "",
    GlobalIPv6Address: ipv6?.address ?? "",
    GlobalIPv6PrefixLen: ipv6?.prefixLength ?? 0,
    MacAddress: endpoint.macAddress,
  };
}

/** Without what ended with the run. */
export function withoutEndpoints(settings: NetworkSettings): NetworkSettings {
  if (!Object.values(settings.Networks ?? {}).some(({ EndpointID }) => EndpointID)) return settings;
  const networks = Object.entries(settings.Networks).map(([name, endpoint]) => {
    const { IPAMConfig, Links, Aliases, NetworkID, DriverOpts, DesiredMacAddress } = endpoint;
    const asked = { IPAMConfig, Links, Aliases, NetworkID, DriverOpts };
    return [
      name,
      emptyEndpoint({ ...asked, ...(DesiredMacAddress && { DesiredMacAddress }) }),
    ] as const;
  });
  return { ...settings, Ports: {}, Networks: Object.fromEntries(networks) };
}

/** Notes, for each network that a container has an endpoint on, that it was connected or disconnected. */
export function recordNetworkEvents(
  store: Store,
  { ID: container, NetworkSettings: { Networks } }: ContainerFile,
  action: "connect" | "disconnect",
): void {
  for (const [name, { EndpointID, NetworkID }] of Object.entries(Networks ?? {})) {
    if (!EndpointID) continue;
    recordNetworkEvent(store, action, { Id: NetworkID, Name: name, Driver: "bridge" }, {
      container,
    });
  }
}

/** Notes that something has happened to a network. */
export function recordNetworkEvent(
  store: Store,
  action: "create" | "connect" | "disconnect" | "destroy",
  { Id: ID, Name: name, Driver: type }: { Id: string; Name: string; Driver: string },
  attributes: Readonly<Record<string, string>> = {},
): void {
  const Attributes = { ...attributes, name, type };
  appendEvent(store, { Type: "network", Action: action, Actor: { ID, Attributes } });
}

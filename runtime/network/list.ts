/** Listing networks, and telling what is known of one. */

import type { ContainerFile } from "../../storage/container/config.ts";
import { readContainerIfExists } from "../../storage/container/container_store.ts";
import { CorruptStoreError, InvalidError } from "../../storage/errors.ts";
import { type Filter, Filters } from "../../storage/filter.ts";
import { isPredefined, type NetworkFile } from "../../storage/network/config.ts";
import { listLeases } from "../../storage/network/leases.ts";
import { readNetworks } from "../../storage/network/network_store.ts";
import type { Store } from "../../storage/store.ts";

/** docker's types.EndpointResource. */
export interface ConnectedContainer {
  readonly Name: string;
  readonly EndpointID: string;
  readonly MacAddress: string;
  readonly IPv4Address: string;
  readonly IPv6Address: string;
}

export type NetworkInspect = NetworkFile & {
  readonly Containers: Readonly<Record<string, ConnectedContainer>>;
};

/** With the containers that run and are connected to it. */
export function inspectNetwork(store: Store, network: NetworkFile): NetworkInspect {
  const { Options, Labels, ...rest } = network;
  const ids = new Set(listLeases(store, network.Id).map(({ container }) => container));
  const containers = [...ids].sort().flatMap((id) => {
    const container = readIfWhole(store, id);
    return container ? connection(container, network) : [];
  });
  return { ...rest, Containers: Object.fromEntries(containers), Options, Labels };
}

function readIfWhole(store: Store, id: string): ContainerFile | undefined {
  try {
    return readContainerIfExists(store, id);
  } catch (error) {
    if (error instanceof CorruptStoreError) return undefined;
    throw error;
  }
}

function connection(
  { ID, Name, NetworkSettings: { Networks } }: ContainerFile,
  { Id }: NetworkFile,
): [string, ConnectedContainer][] {
  const endpoint = Object.values(Networks).find(({ NetworkID, EndpointID }) =>
    NetworkID === Id && EndpointID
  );
  if (endpoint === undefined) return []; // it is just starting
  const { EndpointID, MacAddress, IPAddress, IPPrefixLen } = endpoint;
  const { GlobalIPv6Address: ipv6, GlobalIPv6PrefixLen } = endpoint;
  return [[ID, {
    Name: Name.slice(1),
    EndpointID,
    MacAddress,
    IPv4Address: `${IPAddress}/${IPPrefixLen}`,
    IPv6Address: ipv6 && `${ipv6}/${GlobalIPv6PrefixLen}`,
  }]];
}

/** The networks that meet all filters, by name. Throws InvalidError in docker's words for filters that there are not. */
export function listNetworks(store: Store, conditions: readonly Filter[]): NetworkFile[] {
  const known = ["dangling", "driver", "id", "label", "name", "scope", "type"];
  const filters = new Filters(conditions, known);
  const [dangling] = filters.get("dangling").map(danglingValue);
  for (const type of filters.get("type")) {
    if (type !== "custom" && type !== "builtin") {
      throw new InvalidError(`invalid filter: 'type'='${type}'`);
    }
  }
  const isType = (network: NetworkFile) => isPredefined(network) ? "builtin" : "custom";
  return readNetworks(store).filter((network) =>
    filters.matches("driver", (value) => network.Driver === value) &&
    filters.matches("id", (value) => network.Id.startsWith(value)) &&
    filters.matches("name", (value) => matchesName(network.Name, value)) &&
    filters.matches("scope", (value) => network.Scope === value) &&
    filters.matches("type", (value) => isType(network) === value) &&
    filters.matchesLabels(network.Labels) &&
    (dangling === undefined || dangling === isDangling(store, network))
  );
}

/** A part of the name, or a regular expression. */
function matchesName(name: string, wanted: string): boolean {
  if (name.includes(wanted)) return true;
  try {
    return new RegExp(wanted).test(name);
  } catch {
    return false;
  }
}

function isDangling(store: Store, network: NetworkFile): boolean {
  return !isPredefined(network) && listLeases(store, network.Id).length === 0;
}

function danglingValue(value: string): boolean {
  if (["1", "true"].includes(value.toLowerCase())) return true;
  if (["0", "false"].includes(value.toLowerCase())) return false;
  throw new InvalidError(
    `invalid value for filter 'dangling', must be "true" (or "1"), or "false" (or "0")`,
  );
}

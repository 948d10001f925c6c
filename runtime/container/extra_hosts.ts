/** Lines of /etc/hosts that were asked for: --add-host, and --link on the default network. */

import type { HostConfig } from "../../storage/container/config.ts";
import { readContainer, resolveContainerId } from "../../storage/container/container_store.ts";
import { ConflictError } from "../../storage/errors.ts";
import { readNetworks } from "../../storage/network/network_store.ts";
import { isDefaultBridge } from "../../storage/network/config.ts";
import type { Store } from "../../storage/store.ts";
import type { Endpoint } from "../network/endpoint.ts";
import { StartError } from "../sandbox/start.ts";
import { isAlive } from "./process_identity.ts";

/** What --add-host calls the host's own address. */
export const HOST_GATEWAY = "host-gateway";

export function extraHosts(
  store: Store,
  { ExtraHosts, Links, NetworkMode }: HostConfig,
  endpoints: readonly Endpoint[],
): string[] {
  const asked = (ExtraHosts ?? []).map((entry) => {
    const [name, ...address] = entry.split(":"), text = address.join(":");
    const shown = text === HOST_GATEWAY ? hostAddress(store, NetworkMode, endpoints) : text;
    return `${shown}\t${name}`;
  });
  const isOnDefault = endpoints.some(({ isDefault }) => isDefault);
  return [...asked, ...isOnDefault ? (Links ?? []).map((link) => linkLine(store, link)) : []];
}

/** Where a container finds the host. */
function hostAddress(store: Store, mode: string, endpoints: readonly Endpoint[]): string {
  const [gateway] = endpoints.map(({ gateway }) => gateway);
  if (gateway) return gateway;
  const pool = readNetworks(store).find(isDefaultBridge)?.IPAM.Config[0];
  return (mode !== "host" && pool?.Gateway) || "127.0.0.1";
}

/** `ADDRESS ALIAS SHORT-ID NAME` for `CONTAINER:ALIAS`. */
function linkLine(store: Store, link: string): string {
  const [words, alias] = link.split(":");
  const id = resolveContainerId(store, words), container = readContainer(store, id);
  const name = container.Name.slice(1);
  if (!isAlive(container)) {
    throw new StartError(`Cannot link to a non running container: /${name} AS /${alias}`, 125);
  }
  const endpoint = container.NetworkSettings.Networks.bridge;
  if (!endpoint?.IPAddress) throw notOnDefault(name);
  const names = new Set([alias, id.slice(0, 12), name]);
  return `${endpoint.IPAddress}\t${[...names].join(" ")}`;
}

function notOnDefault(name: string): ConflictError {
  return new ConflictError(`Cannot link to /${name}, as it does not belong to the default network`);
}

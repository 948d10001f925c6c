/** Lines of /etc/hosts that were asked for: --add-host, and --link on the default network. */

import { entered } from "../../ffi/entered.ts";
import { SystemError } from "../../ffi/errno.ts";
import { withFd } from "../../ffi/file.ts";
import { connectSocket, localAddress } from "../../ffi/socket.ts";
import type { HostConfig } from "../../storage/container/config.ts";
import { readNetworks } from "../../storage/network/network_store.ts";
import { isDefaultBridge } from "../../storage/network/config.ts";
import type { Store } from "../../storage/store.ts";
import type { Endpoint } from "../network/endpoint.ts";
import { type LinkedContainer, linkedContainers } from "./links.ts";

/** What --add-host calls the host's own address. */
export const HOST_GATEWAY = "host-gateway";

export function extraHosts(
  store: Store,
  hostConfig: HostConfig,
  endpoints: readonly Endpoint[],
): string[] {
  const { ExtraHosts, NetworkMode } = hostConfig;
  const asked = (ExtraHosts ?? []).map((entry) => {
    const [name, ...address] = entry.split(":"), text = address.join(":");
    const shown = text === HOST_GATEWAY ? hostAddress(store, NetworkMode, endpoints) : text;
    return `${shown}\t${name}`;
  });
  const isOnDefault = endpoints.some(({ isDefault }) => isDefault);
  return [...asked, ...isOnDefault ? linkedContainers(store, hostConfig).map(linkLine) : []];
}

/** Where a container finds the host. */
function hostAddress(store: Store, mode: string, endpoints: readonly Endpoint[]): string {
  if (entered() !== undefined && endpoints.length > 0) {
    const address = outerAddress();
    if (address !== undefined) return address;
  }
  const [gateway] = endpoints.map(({ gateway }) => gateway);
  if (gateway) return gateway;
  const pool = readNetworks(store).find(isDefaultBridge)?.IPAM.Config[0];
  return (mode !== "host" && pool?.Gateway) || "127.0.0.1";
}

/**
 * The host's address towards the outside: the gateway of an ordinary user's network is not the host. Nothing is sent to the
 * address that is asked about (RFC 5737). Undefined on a host without a route.
 */
function outerAddress(): string | undefined {
  try {
    const socket = connectSocket("udp", { address: "203.0.113.1", port: 9 });
    return withFd(socket, (fd) => localAddress(fd).address);
  } catch (error) {
    if (error instanceof SystemError) return undefined;
    throw error;
  }
}

/** `ADDRESS ALIAS SHORT-ID NAME` */
function linkLine({ alias, container: { ID: id, Name }, address }: LinkedContainer): string {
  const names = new Set([alias, id.slice(0, 12), Name.slice(1)]);
  return `${address}\t${[...names].join(" ")}`;
}

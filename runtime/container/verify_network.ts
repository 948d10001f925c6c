/** What docker's daemon checks of a container's network settings. */

import { entered } from "../../ffi/entered.ts";
import type { HostConfig } from "../../storage/container/config.ts";
import { resolveContainerId } from "../../storage/container/container_store.ts";
import { ConflictError, InvalidError, NotFoundError } from "../../storage/errors.ts";
import type { Store } from "../../storage/store.ts";
import type { CreateRequest } from "./create.ts";
import { donorOf } from "./shared_namespaces.ts";

/** Throws InvalidError and ConflictError in docker's words. */
export function verifyNetwork(
  store: Store,
  { config, networks }: Pick<CreateRequest, "config" | "networks">,
  hostConfig: HostConfig,
): void {
  const { NetworkMode: mode, Links } = hostConfig;
  const isShared = donorOf(mode) !== undefined;
  if (isShared) verifyShared(config, hostConfig);
  if (Links && mode === "host") throw conflict(linksWith("host type networking"));
  if (Links && isShared) throw conflict(linksWith("container type network"));
  for (const [name, { IPAMConfig }] of Object.entries(networks ?? {})) {
    const isAsked = IPAMConfig?.IPv4Address || IPAMConfig?.IPv6Address;
    if (isAsked && ["default", "bridge", "none", "host"].includes(name)) {
      throw new InvalidError(
        "user specified IP address is supported on user defined networks only",
      );
    }
  }
  for (const link of Links ?? []) {
    const [words] = link.split(":");
    try {
      resolveContainerId(store, words);
    } catch (error) {
      if (!(error instanceof NotFoundError)) throw error;
      throw new NotFoundError(`could not get container for ${words}: ${error.message}`);
    }
  }
}

/** What an ordinary user is told of a network that leads nowhere. */
export async function networkWarnings(
  store: Store,
  { NetworkMode }: HostConfig,
): Promise<string[]> {
  if (entered() === undefined || ["none", "host"].includes(NetworkMode)) return [];
  const { describeNoWayOut } = await import("../network/way_out.ts");
  return [describeNoWayOut(store, NetworkMode) ?? []].flat();
}

/** A container that uses another one's network has nothing of its own to set. */
function verifyShared(config: CreateRequest["config"], hostConfig: HostConfig): void {
  const { Dns, DnsSearch, DnsOptions, ExtraHosts } = hostConfig;
  if (config.Hostname) throw conflict("hostname and the network mode");
  if ([Dns, DnsSearch, DnsOptions].some((list) => list?.length)) {
    throw conflict("dns and the network mode");
  }
  if (ExtraHosts?.length) {
    throw conflict("custom host-to-IP mapping and the network mode");
  }
  if (config.MacAddress) throw conflict("mac-address and the network mode");
}

const linksWith = (what: string) =>
  `${what} can't be used with links. This would result in undefined behavior`;

const conflict = (what: string) => new ConflictError(`conflicting options: ${what}`);

/** Ports of a container, as the list of containers shows them. */

import type { ContainerFile } from "../../storage/container/config.ts";

/** docker's types.Port. */
export interface Port {
  /** The host's address it is published on; absent for a port that is only exposed. */
  readonly IP?: string;
  /** Inside the container. */
  readonly PrivatePort: number;
  /** On the host. */
  readonly PublicPort?: number;
  readonly Type: string;
}

/** What a container's network gives it: nothing when it has none of its own, or does not run. */
export function portsOf({ State, NetworkSettings }: ContainerFile): Port[] {
  if (!State.Running) return [];
  return Object.entries(NetworkSettings.Ports ?? {}).flatMap(([key, bindings]): Port[] => {
    const [number, Type] = key.split("/");
    const exposed = { PrivatePort: Number(number), Type };
    if (!bindings?.length) return [exposed];
    return bindings.map(({ HostIp, HostPort }) => ({
      ...exposed,
      IP: HostIp,
      PublicPort: Number(HostPort),
    }));
  });
}

/** Which ports of a container are published where: what was asked for with -p, -P, --expose and EXPOSE. */

import type { PortProtocol } from "../../../ffi/socket.ts";
import type { HostConfig, PortBinding } from "../../../storage/container/config.ts";
import type { ContainerConfig } from "../../../storage/image/config.ts";

export interface RequestedPort {
  /** Inside the container. */
  readonly port: number;
  readonly protocol: PortProtocol;
  /** `80/tcp` */
  readonly key: string;
  readonly bindings: readonly PortBinding[];
}

/** All ports that the container has: those that it only exposes have no bindings. */
export function requestedPorts(
  { Config: { ExposedPorts } }: { readonly Config: Pick<ContainerConfig, "ExposedPorts"> },
  { PortBindings, PublishAllPorts }: Pick<HostConfig, "PortBindings" | "PublishAllPorts">,
): RequestedPort[] {
  const keys = new Set([...Object.keys(PortBindings ?? {}), ...Object.keys(ExposedPorts ?? {})]);
  const anywhere = PublishAllPorts ? [{ HostIp: "", HostPort: "" }] : [];
  return [...keys].map((key) => {
    const [port, protocol = "tcp"] = key.split("/");
    const asked = PortBindings?.[key] ?? [], bindings = asked.length > 0 ? asked : anywhere;
    return { port: Number(port), protocol: protocol as PortProtocol, key, bindings };
  }).toSorted((a, b) => a.port - b.port || (a.protocol < b.protocol ? -1 : 1));
}

/** Whether any port of the container is published on a network that has ports of its own. */
export function publishesPorts(
  container: { readonly Config: Pick<ContainerConfig, "ExposedPorts"> },
  hostConfig: HostConfig,
): boolean {
  const { NetworkMode, PortBindings, PublishAllPorts } = hostConfig;
  if (NetworkMode === "none" || NetworkMode === "host") return false;
  if (NetworkMode.startsWith("container:")) return false;
  return Object.values(PortBindings ?? {}).some((bindings) => bindings?.length) ||
    PublishAllPorts && Object.keys(container.Config.ExposedPorts ?? {}).length > 0;
}

/** What docker's daemon checks of published ports before it makes a container. */

import type { HostConfig } from "../../storage/container/config.ts";
import { InvalidError } from "../../storage/errors.ts";
import type { ContainerConfig } from "../../storage/image/config.ts";

/** Throws InvalidError in docker's words. */
export function verifyPorts(config: Partial<ContainerConfig>, hostConfig: HostConfig): void {
  const { NetworkMode, PortBindings, PublishAllPorts } = hostConfig;
  if (NetworkMode.startsWith("container:")) {
    const conflict = (what: string) =>
      new InvalidError(`conflicting options: ${what} and the container type network mode`);
    if (Object.keys(PortBindings ?? {}).length > 0 || PublishAllPorts) {
      throw conflict("port publishing");
    }
    if (Object.keys(config.ExposedPorts ?? {}).length > 0) throw conflict("port exposing");
  }
}

/** What the user is told of ports that are published in vain. */
export function portWarnings({ NetworkMode, PortBindings }: HostConfig): string[] {
  return NetworkMode === "host" && Object.keys(PortBindings ?? {}).length > 0
    ? ["Published ports are discarded when using host network mode"]
    : [];
}

/** The variables by which a container is told of those that it is linked to, as far as it has any. */

import type { ContainerFile, HostConfig } from "../../storage/container/config.ts";
import { EngineError } from "../../storage/errors.ts";
import type { Store } from "../../storage/store.ts";

interface OnNetwork {
  readonly isDefault: boolean;
}

/** Of a container that is about to start. Throws StartError if one that it is linked to does not run. */
export async function linkVariablesOf(
  store: Store,
  { Name }: ContainerFile,
  hostConfig: HostConfig,
  endpoints: readonly OnNetwork[],
): Promise<string[]> {
  if (!hostConfig.Links?.length || !endpoints.some(({ isDefault }) => isDefault)) return [];
  const { linkedContainers, linkVariables } = await import("./links.ts");
  return linkedContainers(store, hostConfig).flatMap((linked) => linkVariables(Name, linked));
}

/** Of one that runs, for a process that is executed in it: what still is true. */
export async function currentLinkVariables(
  store: Store,
  container: ContainerFile,
  hostConfig: HostConfig,
): Promise<string[]> {
  const endpoints = Object.entries(container.NetworkSettings.Networks ?? {})
    .map(([name]) => ({ isDefault: name === "bridge" }));
  try {
    return await linkVariablesOf(store, container, hostConfig, endpoints);
  } catch (error) {
    if (error instanceof EngineError) return []; // one that it is linked to has ended
    throw error;
  }
}

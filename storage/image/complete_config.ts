/** What inspect shows of a configuration that other tools have left half empty. */

import { type ContainerConfig, containerConfigFields, emptyContainerConfig } from "./config.ts";

/**
 * The configuration with all of docker's fields and no others, in docker's order; those that docker leaves out when they are
 * empty stay out. So a script finds `.Config.User` whoever made the image.
 */
export function completeConfig(config: Partial<ContainerConfig>): ContainerConfig {
  const given = new Map<string, unknown>(Object.entries(config));
  const always = new Map<string, unknown>(Object.entries(emptyContainerConfig()));
  const complete = containerConfigFields.flatMap((name) => {
    const value = given.get(name) ?? always.get(name);
    return always.has(name) || !isEmpty(value) ? [[name, value]] : [];
  });
  return Object.fromEntries(complete);
}

function isEmpty(value: unknown): boolean {
  return !value || (typeof value === "object" && Object.keys(value).length === 0);
}

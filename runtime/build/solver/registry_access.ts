/** How a build reaches registries. */

import { InvalidError } from "../../../storage/errors.ts";
import type { RegistryAccess } from "../../../storage/registry/connect.ts";
import type { BuildRequest } from "./request.ts";

/** Throws InvalidError for a build that is to reach none. */
export function registryAccess(
  { registry }: Pick<BuildRequest, "registry">,
  signal: AbortSignal,
): RegistryAccess {
  if (registry === undefined) throw new InvalidError("this build reaches no registry");
  return { ...registry, signal };
}

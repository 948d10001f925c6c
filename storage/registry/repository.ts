/** Where a repository lies: distribution's normalized names, split at the registry. */

import { canonicalName } from "../image/reference.ts";

/** The registry that a name without one means. */
export const DOCKER_HUB = "docker.io";

export interface RepositoryLocation {
  /** Host and port as names of images have them: `docker.io`, `localhost:5000`. */
  readonly registry: string;
  /** What follows it: `library/nginx`. */
  readonly path: string;
}

/** `nginx` is `library/nginx` on docker.io. */
export function locateRepository(repository: string): RepositoryLocation {
  const full = canonicalName(repository), slash = full.indexOf("/");
  return { registry: full.slice(0, slash), path: full.slice(slash + 1) };
}

/** Which container is meant, for commands where docker's client asks for it first. */

import { resolveContainerId } from "../storage/container/container_store.ts";
import { NotFoundError } from "../storage/errors.ts";
import type { Store } from "../storage/store.ts";
import { CliError } from "./cli/errors.ts";

/** Returns its id. The client words itself that there is none. */
export function findContainer(store: Store, words: string): string {
  try {
    return resolveContainerId(store, words);
  } catch (error) {
    if (error instanceof NotFoundError) throw new CliError(`Error: ${error.message}`);
    throw error;
  }
}

/** Volumes for the inspect commands. */

import { inspectVolume } from "../runtime/volume/list.ts";
import { NotFoundError } from "../storage/errors.ts";
import type { Store } from "../storage/store.ts";
import type { InspectElement } from "./format/inspect.ts";

/** All about a volume, or undefined if there is none of that name. */
export function findVolume(store: Store, name: string): InspectElement | undefined {
  try {
    return { kind: "volume", data: inspectVolume(store, name) };
  } catch (error) {
    if (error instanceof NotFoundError) return undefined;
    throw error;
  }
}

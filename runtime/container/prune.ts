/** Removing all containers that do not run. */

import { SystemError } from "../../ffi/errno.ts";
import type { ContainerFile } from "../../storage/container/config.ts";
import { ConflictError, EngineError, NotFoundError } from "../../storage/errors.ts";
import type { Filter } from "../../storage/filter.ts";
import type { Store } from "../../storage/store.ts";
import { youngestFirst } from "../../storage/youngest_first.ts";
import { pruneFilters } from "../prune_filters.ts";
import { recordPruneEvent } from "../record_prune.ts";
import { sizesOf } from "./inspect.ts";
import { readTrueContainers } from "./list.ts";
import { removeContainer } from "./remove.ts";

export interface PrunedContainers {
  /** Ids, the youngest first. */
  readonly deleted: readonly string[];
  /** Bytes that the containers had written. */
  readonly reclaimed: number;
  /** What could not be read or removed, and why. */
  readonly problems: readonly string[];
}

/** Filters: `until`, the time up to which containers were created, `label` and `label!`. Throws InvalidError for others. */
export async function pruneContainers(
  store: Store,
  filters: readonly Filter[],
): Promise<PrunedContainers> {
  const { isWanted } = pruneFilters(filters, ["label", "label!", "until"]);
  const { containers, problems } = readTrueContainers(store);
  const deleted: string[] = [];
  let reclaimed = 0;
  for (const container of youngestFirst(containers, ({ Created }) => Created)) {
    if (container.State.Running || !isWanted(candidateOf(container))) continue;
    try {
      const size = sizeIfKnown(store, container.ID);
      await removeContainer(store, container.ID, { force: false, volumes: false });
      reclaimed += size;
      deleted.push(container.ID);
    } catch (error) {
      // Started or removed by somebody else meanwhile.
      if (error instanceof ConflictError || error instanceof NotFoundError) continue;
      if (!isProblem(error)) throw error;
      problems.push(`failed to prune container ${container.ID}: ${error.message}`);
    }
  }
  recordPruneEvent(store, "container", reclaimed);
  return { deleted, reclaimed, problems };
}

/** A damaged container can be removed though nobody knows what it has written. */
function sizeIfKnown(store: Store, id: string): number {
  try {
    return sizesOf(store, id).SizeRw;
  } catch (error) {
    if (isProblem(error)) return 0;
    throw error;
  }
}

/** Whether an error is about one container, and so must not keep the others. */
function isProblem(error: unknown): error is EngineError | SystemError {
  return error instanceof EngineError || error instanceof SystemError;
}

function candidateOf({ Created: created, Config: { Labels: labels } }: ContainerFile) {
  return { created, labels };
}

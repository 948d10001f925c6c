/** Removing all containers that do not run. */

import type { ContainerFile } from "../../storage/container/config.ts";
import { ConflictError, InvalidError, NotFoundError } from "../../storage/errors.ts";
import { type Filter, Filters } from "../../storage/filter.ts";
import type { Store } from "../../storage/store.ts";
import { compareTimes } from "../../storage/time.ts";
import { youngestFirst } from "../../storage/youngest_first.ts";
import { parseTimeOption } from "../time_option.ts";
import { sizesOf } from "./inspect.ts";
import { readTrueContainers } from "./list.ts";
import { removeContainer } from "./remove.ts";

export interface PrunedContainers {
  /** Ids, the youngest first. */
  readonly deleted: readonly string[];
  /** Bytes that the containers had written. */
  readonly reclaimed: number;
  /** Files that cannot be read, and why: what they are about stays. */
  readonly problems: readonly string[];
}

/** Filters: `until`, the time up to which containers were created, `label` and `label!`. Throws InvalidError for others. */
export async function pruneContainers(
  store: Store,
  filters: readonly Filter[],
): Promise<PrunedContainers> {
  const isWanted = pruneTest(filters);
  const { containers, problems } = readTrueContainers(store);
  const deleted: string[] = [];
  let reclaimed = 0;
  for (const container of youngestFirst(containers, ({ Created }) => Created)) {
    if (container.State.Running || !isWanted(container)) continue;
    try {
      const { SizeRw } = sizesOf(store, container.ID);
      await removeContainer(store, container.ID, false);
      reclaimed += SizeRw;
      deleted.push(container.ID);
    } catch (error) {
      // Started or removed by somebody else meanwhile.
      if (!(error instanceof ConflictError || error instanceof NotFoundError)) throw error;
    }
  }
  return { deleted, reclaimed, problems };
}

function pruneTest(conditions: readonly Filter[]): (container: ContainerFile) => boolean {
  const filters = new Filters(conditions, ["label", "label!", "until"]);
  const unwanted = filters.get("label!").map((value) => ({ name: "label", value }));
  const exclusion = new Filters(unwanted, ["label"]);
  const [until, another] = filters.get("until");
  if (another !== undefined) throw new InvalidError("more than one until filter specified");
  const limit = until === undefined ? undefined : parseTimeOption(until);
  return ({ Created, Config: { Labels } }) =>
    (limit === undefined || compareTimes(Created, limit) <= 0) &&
    filters.matchesLabels(Labels) &&
    // Docker spares a container only if it has all labels that are to be spared.
    (unwanted.length === 0 || !exclusion.matchesLabels(Labels));
}

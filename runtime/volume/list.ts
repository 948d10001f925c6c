/** All volumes, as `box volume ls` shows them, and one in docker's form. */

import { SystemError } from "../../ffi/errno.ts";
import { CorruptStoreError, InvalidError, NotFoundError } from "../../storage/errors.ts";
import { type Filter, Filters } from "../../storage/filter.ts";
import type { Store } from "../../storage/store.ts";
import { readVolumeUses } from "../../storage/volume/uses.ts";
import {
  dataPath,
  describeDamaged,
  listVolumeNames,
  readVolume,
  type Volume,
} from "../../storage/volume/volume_store.ts";

/** docker's types.Volume, in its order. */
export interface VolumeInspect {
  readonly CreatedAt: string;
  readonly Driver: "local";
  readonly Labels: Readonly<Record<string, string>> | null;
  readonly Mountpoint: string;
  readonly Name: string;
  readonly Options: Readonly<Record<string, string>> | null;
  readonly Scope: "local";
}

export interface VolumeList {
  /** In the order of their names. */
  readonly volumes: readonly VolumeInspect[];
  /** What could not be read, and why. */
  readonly problems: readonly string[];
}

/** Filters: `dangling`, `driver`, `label` and `name`. Throws InvalidError for others. */
export function listVolumes(store: Store, conditions: readonly Filter[]): VolumeList {
  const filters = new Filters(conditions, ["dangling", "driver", "label", "name"]);
  const dangling = danglingFilter(filters);
  const { volumes: all, problems } = readVolumes(store);
  const expressions = filters.get("name").flatMap(compile);
  const isNamed = (name: string) =>
    filters.matches("name", (wanted) => name === wanted) ||
    expressions.some((expression) => expression.test(name));
  const isLocal = filters.matches("driver", (driver) => driver === "local");
  let volumes = all.filter(({ name, labels }) =>
    isLocal && isNamed(name) && filters.matchesLabels(labels)
  );
  if (dangling !== undefined) {
    const uses = readVolumeUses(store);
    problems.push(...uses.problems);
    volumes = volumes.filter(({ name }) => (uses.of(name).length === 0) === dangling);
  }
  return { volumes: volumes.map((each) => describeVolume(store, each)), problems };
}

/** All about a volume. Throws NotFoundError if there is none of that name. */
export function inspectVolume(store: Store, name: string): VolumeInspect {
  return describeVolume(store, readVolume(store, name));
}

/** Every volume; of those whose files cannot be read, what can be told, and why. */
export function readVolumes(store: Store): { volumes: Volume[]; problems: string[] } {
  const problems: string[] = [];
  const volumes = listVolumeNames(store).flatMap((name) => {
    try {
      return readVolume(store, name);
    } catch (error) {
      if (error instanceof NotFoundError) return []; // removed meanwhile
      if (!(error instanceof CorruptStoreError || error instanceof SystemError)) throw error;
      problems.push(error.message);
      return describeDamaged(store, name);
    }
  });
  return { volumes, problems };
}

function describeVolume(store: Store, { name, created, labels, options }: Volume): VolumeInspect {
  return {
    CreatedAt: created.replace(/\.\d+/, ""),
    Driver: "local",
    Labels: labels,
    Mountpoint: dataPath(store, name),
    Name: name,
    Options: options,
    Scope: "local",
  };
}

/** As docker, takes `true` where both are asked for. */
function danglingFilter(filters: Filters): boolean | undefined {
  const values = filters.get("dangling");
  if (values.length === 0) return undefined;
  if (values.some((value) => value === "true" || value === "1")) return true;
  if (values.some((value) => value === "false" || value === "0")) return false;
  throw new InvalidError(`Invalid filter 'dangling=[${values.join(" ")}]'`);
}

/** What is no regular expression matches nothing but itself. */
function compile(pattern: string): RegExp[] {
  try {
    return [new RegExp(pattern)];
  } catch {
    return [];
  }
}

/** Which containers use which volumes. */

import { listNames } from "../../ffi/directory.ts";
import type { ContainerFile } from "../container/config.ts";
import { readContainers, stagingPath } from "../container/container_store.ts";
import { CorruptStoreError } from "../errors.ts";
import { readJsonIfExists } from "../files.ts";
import type { Store } from "../store.ts";
import { youngestFirst } from "../youngest_first.ts";

export interface VolumeUses {
  /** The containers that use a volume, the oldest first. */
  of(name: string): readonly ContainerFile[];
  /** Containers of which it cannot be told, and why. */
  readonly problems: readonly string[];
}

/** Also those of containers that are just being made or removed. A lasting answer needs the lock on volumes. */
export function readVolumeUses(store: Store): VolumeUses {
  const { containers, problems } = readContainers(store);
  const table = new Map<string, ContainerFile[]>();
  const all = [...containers, ...stagedContainers(store, problems)];
  for (const container of youngestFirst(all, ({ Created }) => Created).reverse()) {
    for (const name of volumesOf(container)) {
      table.set(name, [...table.get(name) ?? [], container]);
    }
  }
  return { of: (name) => table.get(name) ?? [], problems };
}

/** The names of the volumes that a container uses. */
function volumesOf({ MountPoints }: ContainerFile): Set<string> {
  const volumes = Object.values(MountPoints ?? {}).filter(({ Type }) => Type === "volume");
  return new Set(volumes.map(({ Name }) => Name));
}

function stagedContainers(store: Store, problems: string[]): ContainerFile[] {
  return listNames(store.temporary).flatMap((name) => {
    const id = /^container-([a-f0-9]{64})$/.exec(name)?.[1];
    if (id === undefined) return [];
    try {
      const path = `${stagingPath(store, id)}/config.v2.json`;
      return readJsonIfExists<ContainerFile>(path) ?? [];
    } catch (error) {
      if (!(error instanceof CorruptStoreError)) throw error;
      problems.push(error.message);
      return [];
    }
  });
}

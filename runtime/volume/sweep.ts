/** What a crash left of containers whose anonymous volumes were to go with them. */

import type { ContainerFile } from "../../storage/container/config.ts";
import { stagingPath } from "../../storage/container/container_store.ts";
import { deleteStagedContainer } from "../../storage/container/staged_container.ts";
import { CorruptStoreError } from "../../storage/errors.ts";
import { readJsonIfExists } from "../../storage/files.ts";
import { DirectoryLock } from "../../storage/lock.ts";
import type { Store } from "../../storage/store.ts";
import { removeAnonymousVolumes } from "./remove.ts";

/** Finishes the removal of containers that prepareForWriting() has found. */
export function sweepContainersWithVolumes(store: Store, ids: readonly string[]): void {
  for (const id of ids) {
    using lock = DirectoryLock.tryTake(stagingPath(store, id));
    if (lock === undefined) continue; // somebody else is at it
    const container = readIfIntact(`${stagingPath(store, id)}/config.v2.json`);
    if (container) removeAnonymousVolumes(store, container);
    deleteStagedContainer(store, id);
  }
}

function readIfIntact(path: string): ContainerFile | undefined {
  try {
    return readJsonIfExists<ContainerFile>(path);
  } catch (error) {
    if (error instanceof CorruptStoreError) return undefined; // as after a power cut
    throw error;
  }
}

/** Containers that were frozen for a moment by somebody who was killed then. */

import type { ContainerFile } from "../../storage/container/config.ts";
import {
  containerExists,
  containerPath,
  readContainerIfExists,
} from "../../storage/container/container_store.ts";
import type { FreezeNote } from "../../storage/container/freeze_note.ts";
import { CorruptStoreError } from "../../storage/errors.ts";
import { DirectoryLock } from "../../storage/lock.ts";
import type { Store } from "../../storage/store.ts";
import { cgroupOf } from "./processes.ts";

/** Thaws what a note is about, unless somebody is at it still. */
export async function thaw(store: Store, note: FreezeNote): Promise<void> {
  const { id } = note;
  using lock = DirectoryLock.tryTake(containerPath(store, id));
  if (lock === undefined && containerExists(store, id)) return;
  if (lock !== undefined) await thawUnlessPaused(store, id);
  note.forget();
}

async function thawUnlessPaused(store: Store, id: string): Promise<void> {
  let container: ContainerFile | undefined;
  try {
    container = readContainerIfExists(store, id);
  } catch (error) {
    if (!(error instanceof CorruptStoreError)) throw error; // thawed, so that it can be ended
  }
  if (!container?.State.Paused) await cgroupOf(container ?? { ID: id })?.thaw();
}

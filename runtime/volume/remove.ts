/** Removing volumes that nobody uses. */

import { AT } from "../../ffi/constants.ts";
import { removeTree } from "../../ffi/directory.ts";
import { statIfExists } from "../../ffi/stat.ts";
import { sizeOfFiles } from "../../storage/disk_usage.ts";
import type { ContainerFile } from "../../storage/container/config.ts";
import { ConflictError, CorruptStoreError, NotFoundError } from "../../storage/errors.ts";
import type { Store } from "../../storage/store.ts";
import { prepareForWriting } from "../../storage/sweep.ts";
import { hasMounts, unmountData } from "../../storage/volume/mounted.ts";
import { readVolumeUses } from "../../storage/volume/uses.ts";
import {
  dataPath,
  deviceOf,
  putVolumeAside,
  volumeExists,
} from "../../storage/volume/volume_store.ts";
import { recordVolumeEvent } from "./record_event.ts";

/** Throws NotFoundError if there is none of that name, ConflictError if a container uses it. */
export function removeVolume(store: Store, name: string): void {
  if (!volumeExists(store, name)) throw new NotFoundError(`No such volume: ${name}`);
  prepareForWriting(store);
  deleteVolume(store, name);
}

/** As removeVolume, for who has prepared the store. `except` is the id of a container that does not count. */
export function deleteVolume(store: Store, name: string, except?: string): void {
  let aside: string;
  {
    using _ = store.lockVolumes();
    if (!volumeExists(store, name)) throw new NotFoundError(`No such volume: ${name}`);
    assertUnused(store, name, except);
    unmountLeftover(store, name);
    aside = putVolumeAside(store, name);
  }
  recordVolumeEvent(store, name, "destroy");
  removeTree(AT.FDCWD, aside);
}

/** Removes what only this container used of its anonymous volumes. Those that others use stay. */
export function removeAnonymousVolumes(store: Store, container: ContainerFile): void {
  for (const name of anonymousVolumesOf(container)) {
    try {
      deleteVolume(store, name, container.ID);
    } catch (error) {
      if (!(error instanceof ConflictError || error instanceof NotFoundError)) throw error;
    }
  }
}

/** The names of the volumes that were not named by who asked for them. */
export function anonymousVolumesOf({ MountPoints }: ContainerFile): string[] {
  return Object.values(MountPoints ?? {})
    .filter(({ Type, Name, Spec }) => Type === "volume" && Name && !Spec?.Source)
    .map(({ Name }) => Name);
}

/** Bytes in a volume's files. */
export function sizeOfVolume(store: Store, name: string): number {
  return sizeOfFiles(AT.FDCWD, dataPath(store, name));
}

function assertUnused(store: Store, name: string, except: string | undefined): void {
  const uses = readVolumeUses(store);
  const users = uses.of(name).map(({ ID }) => ID).filter((id) => id !== except);
  if (users.length > 0) {
    throw new ConflictError(`remove ${name}: volume is in use - [${users.join(", ")}]`);
  }
  const [problem] = uses.problems;
  if (problem !== undefined) {
    throw new ConflictError(`remove ${name}: whether it is in use cannot be told: ${problem}`);
  }
}

/** What a crash left mounted is not to be deleted with the volume, and neither is what the host's owner mounted there. */
function unmountLeftover(store: Store, name: string): void {
  if (hasDevice(store, name) && statIfExists(AT.FDCWD, dataPath(store, name))) {
    unmountData(store, name);
  }
  if (!hasMounts(store, name)) return;
  throw new ConflictError(`remove ${name}: something is mounted in ${dataPath(store, name)}`);
}

function hasDevice(store: Store, name: string): boolean {
  try {
    return deviceOf(store, name) !== undefined;
  } catch (error) {
    if (error instanceof CorruptStoreError) return true;
    throw error;
  }
}

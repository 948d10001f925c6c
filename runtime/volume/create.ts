/** Making volumes. */

import { EngineError, InvalidError } from "../../storage/errors.ts";
import { randomId } from "../../storage/id.ts";
import type { Store } from "../../storage/store.ts";
import { prepareForWriting } from "../../storage/sweep.ts";
import { checkVolumeName } from "../../storage/volume/name.ts";
import { checkVolumeOptions } from "../../storage/volume/options.ts";
import { volumeExists, writeVolume } from "../../storage/volume/volume_store.ts";
import { recordVolumeEvent } from "./record_event.ts";

export interface NewVolume {
  readonly name: string;
  /** Empty for the only one there is, `local`. */
  readonly driver: string;
  readonly labels: Readonly<Record<string, string>>;
  /** `type`, `device` and `o`: what is mounted while the volume is used. */
  readonly options: Readonly<Record<string, string>>;
}

/** Makes a volume, unless there is one of that name; one without a name gets 64 digits. Returns the name. */
export function createVolume(
  store: Store,
  request: Omit<NewVolume, "name"> & { readonly name?: string },
): string {
  const volume = { ...request, name: request.name || randomId() };
  prepareForWriting(store);
  using _ = store.lockVolumes();
  ensureVolume(store, volume);
  return volume.name;
}

/** The same for who holds the lock on volumes already. Errors are docker's. */
export function ensureVolume(store: Store, { name, driver, labels, options }: NewVolume): void {
  try {
    checkDriver(driver);
    checkVolumeName(name);
    if (volumeExists(store, name)) return;
    checkVolumeOptions(options);
    const orNull = (table: Readonly<Record<string, string>>) =>
      Object.keys(table).length > 0 ? table : null;
    writeVolume(store, { name, labels: orNull(labels), options: orNull(options) });
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    error.message = `create ${name}: ${error.message}`;
    throw error;
  }
  recordVolumeEvent(store, name, "create");
}

/** Throws in docker's words for a driver other than the one there is. */
export function checkDriver(driver: string): void {
  if (driver === "" || driver === "local") return;
  throw new InvalidError(`error looking up volume plugin ${driver}: plugin "${driver}" not found`);
}

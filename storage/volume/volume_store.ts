/**
 * volumes/<name>: `_data` with what containers see and `opts.json`, as docker's local driver lays them out, and `volume.json`
 * with what docker keeps in volumes/metadata.db. A volume that dockerd made has no volume.json: of that one its labels are not
 * known.
 */

import { AT } from "../../ffi/constants.ts";
import { listNames } from "../../ffi/directory.ts";
import { changeMode, makeDirectory, rename } from "../../ffi/file.ts";
import { isDirectory, statIfExists } from "../../ffi/stat.ts";
import { ConflictError, CorruptStoreError, NotFoundError } from "../errors.ts";
import { readJsonIfExists, writeNewFile } from "../files.ts";
import { randomId } from "../id.ts";
import { goJson } from "../json.ts";
import type { Store } from "../store.ts";
import { formatTime, now } from "../time.ts";
import { isVolumeName } from "./name.ts";
import { type Device, encodeOptions, optionsOf, readDevice } from "./options.ts";

export interface Volume {
  readonly name: string;
  /** RFC 3339 */
  readonly created: string;
  /** Null for none. */
  readonly labels: Readonly<Record<string, string>> | null;
  readonly options: Readonly<Record<string, string>> | null;
}

/** volume.json */
interface VolumeFile {
  Name: string;
  Driver: "local";
  CreatedAt: string;
  Labels: Record<string, string> | null;
  Options: Record<string, string> | null;
}

export function volumePath(store: Store, name: string): string {
  return `${store.volumes}/${name}`;
}

/** Where the content of a volume is. */
export function dataPath(store: Store, name: string): string {
  return `${store.volumes}/${name}/_data`;
}

export function volumeExists(store: Store, name: string): boolean {
  if (!isVolumeName(name)) return false;
  const stat = statIfExists(AT.FDCWD, volumePath(store, name));
  return stat !== undefined && isDirectory(stat);
}

/** The names of all volumes, sorted. */
export function listVolumeNames(store: Store): string[] {
  return listNames(store.volumes).filter((name) => volumeExists(store, name));
}

/** What is mounted on a volume's directory while it is used; undefined for an ordinary volume. */
export function deviceOf(store: Store, name: string): Device | undefined {
  return readDevice(`${volumePath(store, name)}/opts.json`);
}

/** Throws NotFoundError in docker's words for a volume that does not exist, CorruptStoreError for one whose files are damaged. */
export function readVolume(store: Store, name: string): Volume {
  const path = `${volumePath(store, name)}/volume.json`;
  const file = volumeExists(store, name) ? readJsonIfExists<VolumeFile>(path) : undefined;
  if (file !== undefined && !isVolumeFile(file)) {
    throw new CorruptStoreError(`${path} does not describe a volume`);
  }
  const device = file === undefined ? deviceOf(store, name) : undefined;
  return {
    name,
    created: file?.CreatedAt ?? timeOfDirectory(store, name),
    labels: file?.Labels ?? null,
    options: file?.Options ?? (device ? optionsOf(device) : null),
  };
}

/** What can be told of a volume whose files are damaged. */
export function describeDamaged(store: Store, name: string): Volume {
  return { name, created: timeOfDirectory(store, name), labels: null, options: null };
}

function timeOfDirectory(store: Store, name: string): string {
  const stat = volumeExists(store, name)
    ? statIfExists(AT.FDCWD, volumePath(store, name))
    : undefined;
  if (stat === undefined) throw new NotFoundError(`No such volume: ${name}`);
  return formatTime(stat.modified.seconds, stat.modified.nanoseconds);
}

function isVolumeFile({ CreatedAt, Labels, Options }: Partial<VolumeFile>): boolean {
  const isTable = (value: unknown) =>
    value === null || typeof value === "object" && !Array.isArray(value) &&
      Object.values(value ?? {}).every((each) => typeof each === "string");
  return typeof CreatedAt === "string" && isTable(Labels) && isTable(Options);
}

/** Makes a volume with a name that nobody has; it appears as a whole. Needs the lock on volumes. */
export function writeVolume(
  store: Store,
  { name, labels, options }: Pick<Volume, "name" | "labels" | "options">,
): void {
  const path = volumePath(store, name);
  if (statIfExists(AT.FDCWD, path)) throw new ConflictError(`${path} is in the way`);
  const staged = temporaryPath(store);
  makeDirectory(AT.FDCWD, staged, 0o701);
  makeDirectory(AT.FDCWD, `${staged}/_data`, 0o755);
  changeMode(AT.FDCWD, `${staged}/_data`, 0o755); // whatever the umask is
  const file: VolumeFile = {
    Name: name,
    Driver: "local",
    CreatedAt: now(),
    Labels: labels,
    Options: options,
  };
  if (options) writeNewFile(`${staged}/opts.json`, encodeOptions(options), { mode: 0o600 });
  writeNewFile(`${staged}/volume.json`, goJson(file) + "\n", { mode: 0o600 });
  rename(AT.FDCWD, staged, AT.FDCWD, path);
}

/** Takes a volume away that is not mounted; returns the path of what is to be deleted then. Needs the lock on volumes. */
export function putVolumeAside(store: Store, name: string): string {
  const path = temporaryPath(store);
  rename(AT.FDCWD, volumePath(store, name), AT.FDCWD, path);
  return path;
}

/** What lies there belongs to who holds the lock on volumes; storage/sweep.ts removes what a crash leaves. */
function temporaryPath(store: Store): string {
  return `${store.temporary}/volume-${randomId().slice(0, 16)}`;
}

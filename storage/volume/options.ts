/** opts.json: what docker's local driver mounts on a volume's directory while it is used. */

import { CorruptStoreError, InvalidError } from "../errors.ts";
import { readJsonIfExists } from "../files.ts";

/** opts.json, as dockerd 20.10 writes it. */
interface OptionsFile {
  MountType: string;
  MountOpts: string;
  MountDevice: string;
  Quota: { Size: number };
}

/** What is mounted: the words of mount(8). */
export interface Device {
  readonly type: string;
  readonly device: string;
  /** Separated by commas. */
  readonly options: string;
}

/** Which options need which others, in docker's order. */
const needed: readonly [option: string, others: readonly string[]][] = [
  ["device", ["type"]],
  ["type", ["device"]],
  ["o", ["device", "type"]],
];

/** Throws InvalidError in docker's words for options that make no device. */
export function checkVolumeOptions(options: Readonly<Record<string, string>>): void {
  const has = (name: string) => Object.hasOwn(options, name);
  for (const name of Object.keys(options)) {
    if (!["type", "o", "device", "size"].includes(name)) {
      throw new InvalidError(`invalid option: "${name}"`);
    }
  }
  for (const [name, others] of needed) {
    const missing = has(name) && others.find((other) => !has(other));
    if (missing) throw new InvalidError(`missing required option: "${missing}"`);
  }
  if (has("size")) throw new InvalidError("quota size requested but no quota support");
}

export function encodeOptions(options: Readonly<Record<string, string>>): string {
  const file: OptionsFile = {
    MountType: options.type ?? "",
    MountOpts: options.o ?? "",
    MountDevice: options.device ?? "",
    Quota: { Size: 0 },
  };
  return JSON.stringify(file);
}

/** The device of a volume's opts.json; undefined if there is none. */
export function readDevice(path: string): Device | undefined {
  const file = readJsonIfExists<OptionsFile>(path);
  if (file === undefined) return undefined;
  const { MountType = "", MountOpts = "", MountDevice = "" } = file;
  if (![MountType, MountOpts, MountDevice].every((value) => typeof value === "string")) {
    throw new CorruptStoreError(`${path} does not hold the options of a volume`);
  }
  if (!MountType && !MountOpts && !MountDevice) return undefined;
  return { type: MountType, device: MountDevice, options: MountOpts };
}

/** A device as `volume create -o` has it. */
export function optionsOf({ type, device, options }: Device): Record<string, string> {
  const words = Object.entries({ device, o: options, type });
  return Object.fromEntries(words.filter(([, value]) => value !== ""));
}

/** The grammar of --mount: `type=bind,source=/src,target=/dst,readonly`. */
import type { MountSpec, VolumeOptions } from "../../storage/container/config.ts";
import { InvalidError } from "../../storage/errors.ts";
import { parseBool } from "../cli/strconv.ts";
import { parseCsvRecord } from "./csv.ts";

/** What one --mount says; its type can still be one that nobody knows. */
export interface MountOption extends Omit<MountSpec, "Type"> {
  Type: string;
}

/** Fields that stand for themselves, without a value. */
const SWITCHES = new Set(["readonly", "ro", "bind-nonrecursive", "volume-nocopy"]);

const PROPAGATION = /^r?(?:private|shared|slave)$/;

/** A number of bytes; the units count in powers of 1024. */
const SIZE = /^(\d+(?:\.\d+)?) ?([kmgtp]?)i?b?$/;
const UNITS = ["", "k", "m", "g", "t", "p"];

/** Reads one --mount. Throws an Error in the words of Docker's client. */
export function parseMount(text: string): MountOption {
  if (text === "") throw new Error("EOF");
  const mount: MountOption = { Type: "volume", Target: "" };
  for (const field of parseCsvRecord(text)) setField(mount, field);

  if (mount.Type === "") throw new Error("type is required");
  if (mount.Target === "") throw new Error("target is required");
  const optionsOf = {
    volume: mount.VolumeOptions,
    bind: mount.BindOptions,
    tmpfs: mount.TmpfsOptions,
  };
  for (const [type, options] of Object.entries(optionsOf)) {
    if (options !== undefined && mount.Type !== type) {
      throw new Error(`cannot mix '${type}-*' options with mount type '${mount.Type}'`);
    }
  }
  return mount;
}

/** The mount to ask the engine for. Throws what Docker's daemon and box refuse. */
export function mountSpecOf(mount: MountOption): MountSpec {
  const { Type, Source = "", ...rest } = mount;
  const refuse = (reason: string): never => {
    throw new InvalidError(`invalid mount config for type "${Type}": ${reason}`);
  };
  const propagation = rest.BindOptions?.Propagation ?? "";
  if (propagation !== "" && !PROPAGATION.test(propagation)) {
    refuse(`invalid propagation mode: ${propagation}`);
  }
  switch (Type) {
    case "bind":
      if (Source === "") refuse("field Source must not be empty");
      return { Type, Source, ...rest };
    case "tmpfs":
      if (Source !== "") refuse("field Source must not be specified");
      return { Type, ...rest };
    case "volume":
      checkSubpath(rest.VolumeOptions?.Subpath, refuse);
      return { Type, ...(Source && { Source }), ...rest };
    default:
      return refuse("mount type unknown");
  }
}

function setField(mount: MountOption, field: string): void {
  const equals = field.indexOf("=");
  const key = (equals < 0 ? field : field.slice(0, equals)).toLowerCase();
  if (equals < 0 && !SWITCHES.has(key)) {
    throw new Error(`invalid field '${field}' must be a key=value pair`);
  }
  const value = equals < 0 ? "true" : field.slice(equals + 1);
  const read = <Value>(parse: (text: string) => Value | undefined) => {
    const parsed = parse(value);
    if (parsed === undefined) throw new Error(`invalid value for ${key}: ${value}`);
    return parsed;
  };

  switch (key) {
    case "type":
      mount.Type = value.toLowerCase();
      break;
    case "source":
    case "src":
      mount.Source = value;
      break;
    case "target":
    case "dst":
    case "destination":
      mount.Target = value;
      break;
    case "readonly":
    case "ro":
      mount.ReadOnly = read(parseSwitch);
      break;
    case "consistency": // Accepted as Docker does; it means nothing on Linux.
      break;
    case "bind-propagation":
      mount.BindOptions = { ...mount.BindOptions, Propagation: value.toLowerCase() };
      break;
    case "bind-nonrecursive":
      mount.BindOptions = { ...mount.BindOptions, NonRecursive: read(parseSwitch) };
      break;
    case "tmpfs-size":
      mount.TmpfsOptions = { ...mount.TmpfsOptions, SizeBytes: read(parseSize) };
      break;
    case "tmpfs-mode":
      mount.TmpfsOptions = { ...mount.TmpfsOptions, Mode: read(parseMode) };
      break;
    case "volume-nocopy":
      setVolumeOption(mount, { NoCopy: read(parseSwitch) });
      break;
    case "volume-label":
      setVolumeOption(mount, { Labels: withPair(mount.VolumeOptions?.Labels, value) });
      break;
    case "volume-subpath":
      setVolumeOption(mount, { Subpath: value });
      break;
    case "volume-driver":
      setDriver(mount, { Name: value });
      break;
    case "volume-opt":
      setDriver(mount, {
        Options: withPair(mount.VolumeOptions?.DriverConfig?.Options, value),
      });
      break;
    default:
      throw new Error(`unexpected key '${key}' in '${field}'`);
  }
}

/** Docker's client always names a driver, be it by nothing, where a volume has options. */
function setVolumeOption(mount: MountOption, option: Partial<VolumeOptions>): void {
  const { NoCopy, Labels, DriverConfig = {}, Subpath } = { ...mount.VolumeOptions, ...option };
  mount.VolumeOptions = {
    ...(NoCopy && { NoCopy }),
    ...(Labels && { Labels }),
    DriverConfig,
    ...(Subpath && { Subpath }),
  };
}

function setDriver(mount: MountOption, driver: NonNullable<VolumeOptions["DriverConfig"]>): void {
  setVolumeOption(mount, { DriverConfig: { ...mount.VolumeOptions?.DriverConfig, ...driver } });
}

/** `name=value`, or a name alone, in a table. */
function withPair(table: Record<string, string> | undefined, pair: string) {
  const name = pair.split("=", 1)[0];
  return { ...table, [name]: pair.slice(name.length + 1) };
}

function checkSubpath(subpath: string | undefined, refuse: (reason: string) => never): void {
  if (subpath === undefined) return;
  if (subpath.startsWith("/") || subpath.split("/").includes("..")) {
    refuse("subpath must be a relative path within the volume");
  }
}

function parseSwitch(text: string): boolean | undefined {
  try {
    return parseBool(text);
  } catch {
    return undefined;
  }
}

function parseSize(text: string): number | undefined {
  const match = SIZE.exec(text.toLowerCase());
  if (match === null) return undefined;
  const bytes = Math.trunc(Number(match[1]) * 1024 ** UNITS.indexOf(match[2]));
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}

/** Permission bits are written in octal; the kernel's mode has 32 bits. */
function parseMode(text: string): number | undefined {
  const mode = /^[0-7]+$/.test(text) ? parseInt(text, 8) : Infinity;
  return mode < 2 ** 32 ? mode : undefined;
}

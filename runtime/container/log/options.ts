/** Log drivers and their options (`--log-driver`, `--log-opt`): HostConfig.LogConfig. */

import { InvalidError } from "../../../storage/errors.ts";
import { checkAttributeOptions } from "./attributes.ts";

/** What docker accepts for every driver that keeps files, and json-file's own. */
const JSON_FILE_OPTIONS: ReadonlySet<string> = new Set([
  "max-file",
  "max-size",
  "compress",
  "labels",
  "labels-regex",
  "env",
  "env-regex",
  "tag",
  "mode",
]);

/** The bounds of a log for which none are given: docker's has none, and fills the disk. */
export const DEFAULT_MAX_SIZE = "10m";
export const DEFAULT_MAX_FILE = 3;

/** How large a log may become. */
export interface JsonFileBounds {
  /** Bytes after which a file is put aside; the record that exceeds them is the file's last. */
  readonly maxSize: number;
  /** How many files there are at most, with the one that is written to. */
  readonly maxFiles: number;
}

/**
 * Checks a container's LogConfig when it is made. Throws InvalidError in docker's words; for values that docker refuses only
 * when the container is started, with the words it has then.
 */
export function checkLogOptions(
  type: string,
  options: Readonly<Record<string, string>> | null,
): void {
  const config = options ?? {};
  assertSupportedDriver(type);
  if (type === "none") {
    if (Object.keys(config).length > 0) {
      throw new InvalidError("invalid logging opts for driver none");
    }
    return;
  }
  checkMode(config);
  for (const name of Object.keys(config)) {
    if (JSON_FILE_OPTIONS.has(name)) continue;
    throw new InvalidError(`unknown log opt '${name}' for json-file log driver`);
  }
  jsonFileBounds(config);
  initializing(() => checkAttributeOptions(config));
}

/** An empty type means docker's default, json-file. */
export function assertSupportedDriver(type: string): void {
  if (["json-file", "none", ""].includes(type)) return;
  throw new InvalidError(
    `error looking up logging plugin ${type}: plugin "${type}" not found`,
  );
}

/** The bounds that options ask for. Throws InvalidError in docker's words. */
export function jsonFileBounds(config: Readonly<Record<string, string>>): JsonFileBounds {
  return initializing(() => {
    const size = config["max-size"], files = config["max-file"], compress = config["compress"];
    const maxSize = parseSize(size ?? DEFAULT_MAX_SIZE);
    if (maxSize <= 0) throw new InvalidError("max-size must be a positive number");
    // A size alone means one file, as docker documents it.
    const maxFiles = files !== undefined
      ? parseCount(files)
      : size !== undefined
      ? 1
      : DEFAULT_MAX_FILE;
    if (maxFiles < 1) throw new InvalidError("max-file cannot be less than 1");
    if (compress !== undefined && parseSwitch(compress)) {
      if (maxFiles < 2 || size === undefined) {
        throw new InvalidError(
          "compress cannot be true when max-file is less than 2 or max-size is not set",
        );
      }
      throw new InvalidError("log opt 'compress' is not supported: rotated files stay as they are");
    }
    return { maxSize, maxFiles };
  });
}

/** A container that can write on while its log is full would lose lines, which box does not do. */
function checkMode(config: Readonly<Record<string, string>>): void {
  const { mode = "" } = config;
  if (!["", "blocking", "non-blocking"].includes(mode)) {
    throw new InvalidError(`logger: logging mode not supported: ${mode}`);
  }
  if (mode === "non-blocking") {
    throw new InvalidError("logger: logging mode non-blocking is not supported: it loses lines");
  }
  if (config["max-buffer-size"] !== undefined) {
    throw new InvalidError(
      "logger: max-buffer-size option is only supported with 'mode=non-blocking'",
    );
  }
}

/** Docker's go-units, FromHumanSize: a unit is a power of 1000. Bytes. */
function parseSize(text: string): number {
  const match = /^(\d+(?:\.\d+)?) ?([kKmMgGtTpP])?[iI]?[bB]?$/.exec(text);
  if (match === null) throw new InvalidError(`invalid size: '${text}'`);
  const [, number, unit = ""] = match;
  const power = unit === "" ? 0 : "kmgtp".indexOf(unit.toLowerCase()) + 1;
  return Math.trunc(Number(number) * 1000 ** power);
}

/** Go's strconv.Atoi. */
function parseCount(text: string): number {
  if (/^[+-]?\d+$/.test(text)) return Number(text);
  throw new InvalidError(`strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`);
}

/** Go's strconv.ParseBool. */
function parseSwitch(text: string): boolean {
  if (["1", "t", "T", "TRUE", "true", "True"].includes(text)) return true;
  if (["0", "f", "F", "FALSE", "false", "False"].includes(text)) return false;
  throw new InvalidError(`strconv.ParseBool: parsing ${JSON.stringify(text)}: invalid syntax`);
}

/** Puts the words in front that docker has for what is wrong with a value. */
function initializing<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof InvalidError)) throw error;
    throw new InvalidError(`failed to initialize logging driver: ${error.message}`);
  }
}

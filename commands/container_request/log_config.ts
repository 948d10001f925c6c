/** --log-driver and --log-opt; which drivers and options there are is for the engine to say. */
import type { HostConfig } from "../../storage/container/config.ts";
import { UsageError } from "../cli/errors.ts";

/** Throws a UsageError for options of a driver that has none. */
export function logConfigOf(
  driver: string | undefined,
  options: readonly string[],
): HostConfig["LogConfig"] {
  if (driver === "none" && options.length > 0) {
    throw new UsageError("invalid logging opts for driver none");
  }
  const pairs = options.map((option): [string, string] => {
    const name = option.split("=", 1)[0];
    return [name, option.slice(name.length + 1)];
  });
  return { Type: driver || "json-file", Config: Object.fromEntries(pairs.sort(byName)) };
}

/** Docker writes maps in this order. */
function byName([a]: [string, string], [b]: [string, string]): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

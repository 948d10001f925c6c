/** The `--name=value` words before an instruction's arguments. */

import { InvalidError } from "../../storage/errors.ts";
import { withSuggestion } from "./suggest.ts";

/** What a flag takes: one value, a value each time it is given, or true or false. */
export type FlagKind = "text" | "list" | "boolean";

export class Flags {
  constructor(private readonly values: ReadonlyMap<string, readonly string[]>) {}

  text(name: string): string | undefined {
    return this.values.get(name)?.[0];
  }

  list(name: string): readonly string[] {
    return this.values.get(name) ?? [];
  }

  /** Undefined if it is not given. */
  boolean(name: string): boolean | undefined {
    const value = this.text(name);
    return value === undefined ? undefined : value === "true";
  }
}

/** The values of an instruction's flags, none of which may be missing, unknown or, lists aside, given twice. */
export function parseFlags(
  flags: readonly string[],
  known: Readonly<Record<string, FlagKind>>,
): Flags {
  const values = new Map<string, string[]>();
  for (const flag of flags) {
    const equals = flag.indexOf("=");
    const name = equals < 0 ? flag.slice(2) : flag.slice(2, equals);
    const given = equals < 0 ? undefined : flag.slice(equals + 1);
    if (!Object.hasOwn(known, name)) {
      throw new InvalidError(withSuggestion(`Unknown flag: ${name}`, name, Object.keys(known)));
    }
    const kind = known[name], before = values.get(name);
    if (before && kind !== "list") throw new InvalidError(`Duplicate flag specified: ${name}`);
    const value = kind === "boolean" ? parseBoolean(name, given) : given;
    if (value === undefined) throw new InvalidError(`Missing a value on flag: ${name}`);
    values.set(name, [...before ?? [], value]);
  }
  return new Flags(values);
}

/** A flag without a value is true. */
function parseBoolean(name: string, value: string | undefined): string | undefined {
  if (value === "") return undefined;
  const normal = value?.toLowerCase() ?? "true";
  if (normal === "true" || normal === "false") return normal;
  throw new InvalidError(`Expecting boolean value for flag ${name}, not: ${value}`);
}

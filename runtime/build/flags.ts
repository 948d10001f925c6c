/** The `--name=value` words before an instruction's arguments. */

import { InvalidError } from "../../storage/errors.ts";

/** The values of an instruction's flags, none of which may be missing, unknown or given twice. */
export function parseFlags(
  flags: readonly string[],
  known: readonly string[],
): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  for (const flag of flags) {
    const equals = flag.indexOf("=");
    const name = equals < 0 ? flag.slice(2) : flag.slice(2, equals);
    if (!known.includes(name)) throw new InvalidError(`Unknown flag: ${name}`);
    if (values.has(name)) throw new InvalidError(`Duplicate flag specified: ${name}`);
    if (equals < 0) throw new InvalidError(`Missing a value on flag: ${name}`);
    values.set(name, flag.slice(equals + 1));
  }
  return values;
}

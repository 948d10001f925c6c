/** Values such as `type=local,dest=out`: --output, --cache-from and --cache-to. */
import { CliError } from "../cli/errors.ts";
import { parseCsvRecord } from "../container_request/csv.ts";

/** Fields by their names in lower case. */
export function parseFields(text: string): Map<string, string> {
  return new Map(
    parseCsvRecord(text).map((field): [string, string] => {
      const equals = field.indexOf("=");
      if (equals < 0) throw new CliError(`invalid value ${field}`);
      return [field.slice(0, equals).trim().toLowerCase(), field.slice(equals + 1).trim()];
    }),
  );
}

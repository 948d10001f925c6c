/** The COMMAND column of `docker ps`. */
import { ellipsis } from "./ellipsis.ts";
import { quote } from "./go/quote.ts";

const commandWidth = 20;

/**
 * A container's command in quotes, such as `"sh -c 'exit 3'"`, by default cut to 20 columns.
 * Arguments with spaces stand in single quotes; nothing in them is escaped but for the outer pair.
 */
export function formatCommand(
  path: string,
  args: readonly string[],
  { truncate = true }: { truncate?: boolean } = {},
): string {
  const words = args.map((argument) => argument.includes(" ") ? `'${argument}'` : argument);
  const command = [path, ...words].join(" ");
  return quote(truncate ? ellipsis(command, commandWidth) : command);
}

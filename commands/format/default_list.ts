/** Lists in their default format, which only names properties: they need nothing of Go's templates. */

import type { Row, RowsFormat } from "./table.ts";
import { alignTabs, tableColumns } from "./tabwriter.ts";

const PROPERTY = /\{\{\.(\w+)\}\}/;

/** As formatRows() in table.ts; undefined where the format is the user's, or says more than which properties are shown. */
export function formatDefaultList(list: RowsFormat): string | undefined {
  const { format = "", quiet = false, quietFormat = "{{.ID}}", defaultTable, headers } = list;
  if (format !== "") return undefined;
  const isTable = !quiet && defaultTable.startsWith("table ");
  // Text and names of properties in turn.
  const pieces =
    (isTable ? defaultTable.slice("table ".length) : quiet ? quietFormat : defaultTable)
      .split(PROPERTY);
  const names = pieces.filter((_, index) => index % 2 === 1);
  if (pieces.some((piece) => piece.includes("{{")) || names.some((name) => !headers[name])) {
    return undefined;
  }
  const line = (valueOf: (name: string) => unknown) =>
    pieces.map((piece, index) => index % 2 === 1 ? valueOf(piece) : piece).join("") + "\n";
  const lines = Array.from(list.rows, (row) => line((name) => row[name as keyof Row]));
  return isTable
    ? alignTabs(line((name) => headers[name]) + lines.join(""), tableColumns)
    : lines.join("");
}

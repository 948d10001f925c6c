/** Lists in their default format, which only names properties: they need nothing of Go's templates. */

import type { Row, RowsFormat } from "./table.ts";
import { alignTabs, tableColumns } from "./tabwriter.ts";

/** A property, or docker's way to say what stands for an empty one. */
const PROPERTY = /\{\{\.(\w+)\}\}|\{\{if \.(\w+) \}\}\{\{\.\2\}\}\{\{else\}\}([^{}]*)\{\{end\}\}/g;

interface Column {
  readonly property: string;
  /** What is shown in the place of an empty value. */
  readonly otherwise?: string;
}

/** Text and columns, in turn. */
function parse(format: string): (string | Column)[] {
  const parts: (string | Column)[] = [];
  let end = 0;
  for (const match of format.matchAll(PROPERTY)) {
    const [whole, property, checked, otherwise] = match;
    parts.push(format.slice(end, match.index), { property: property ?? checked, otherwise });
    end = match.index + whole.length;
  }
  return [...parts, format.slice(end)];
}

/** As formatRows() in table.ts; undefined where the format is the user's, or says more than which properties are shown. */
export function formatDefaultList(list: RowsFormat): string | undefined {
  const { format = "", quiet = false, quietFormat = "{{.ID}}", defaultTable, headers } = list;
  if (format !== "") return undefined;
  const isTable = !quiet && defaultTable.startsWith("table ");
  const parts = parse(
    isTable ? defaultTable.slice("table ".length) : quiet ? quietFormat : defaultTable,
  );
  const isKnown = (part: string | Column) =>
    typeof part === "string" ? !part.includes("{{") : headers[part.property] !== undefined;
  if (!parts.every(isKnown)) return undefined;
  const line = (valueOf: (name: string) => unknown) =>
    parts.map((part) => typeof part === "string" ? part : shown(valueOf(part.property), part))
      .join("") + "\n";
  const lines = Array.from(list.rows, (row) => line((name) => row[name as keyof Row]));
  return isTable
    ? alignTabs(line((name) => headers[name]) + lines.join(""), tableColumns)
    : lines.join("");
}

const shown = (value: unknown, { otherwise }: Column) =>
  value || otherwise === undefined ? value : otherwise;

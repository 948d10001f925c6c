/** Printing a list without loading what only a format of the user's needs. */

import { writeOut } from "./cli/output.ts";
import { formatDefaultList } from "./format/default_list.ts";
import type { RowsFormat } from "./format/table.ts";

/** As printRows() in list_format.ts. */
export async function printList(list: RowsFormat): Promise<void> {
  const text = formatDefaultList(list);
  if (text !== undefined) writeOut(text);
  else (await import("./list_format.ts")).printRows(list);
}

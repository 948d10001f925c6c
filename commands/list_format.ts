/** The list commands' --format: printing rows, and telling what is wrong with a format. */

import { CliError } from "./cli/errors.ts";
import { writeOut } from "./cli/output.ts";
import { formatRows, type RowsFormat } from "./format/table.ts";
import { TemplateExecutionError, TemplateParseError } from "./format/template/mod.ts";

export { warnOf } from "./warnings.ts";

/** Prints a whole list, or nothing of it where its format is wrong. */
export function printRows(rows: RowsFormat): void {
  writeOut(withFormatErrors(() => formatRows(rows)));
}

/** Docker prints what is wrong with a format as it is. */
export function withFormatErrors<T>(use: () => T): T {
  try {
    return use();
  } catch (error) {
    const cause = error instanceof Error ? error.cause : undefined;
    if (cause instanceof TemplateParseError || cause instanceof TemplateExecutionError) {
      throw new CliError((error as Error).message);
    }
    throw error;
  }
}

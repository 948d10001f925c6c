/** The --format of `version` and `info`, which print one thing. */

import { CliError } from "./cli/errors.ts";
import { writeOut } from "./cli/output.ts";
import type { StructType } from "./format/go/types.ts";
import {
  parseTemplate,
  type Template,
  TemplateExecutionError,
  TemplateParseError,
} from "./format/template/mod.ts";

/** Docker's exit code for a --format that cannot be parsed. */
const BAD_FORMAT = 64;

/** Prints data through a format, which errors call by `name`. */
export function printFormatted(format: string, name: string, data: unknown, type: StructType) {
  const template = parse(format, name);
  try {
    writeOut(`${template.execute(data, { type })}\n`);
  } catch (error) {
    if (!(error instanceof TemplateExecutionError)) throw error;
    writeOut(`${error.output}\n`);
    throw new CliError(error.message);
  }
}

function parse(format: string, name: string): Template {
  try {
    return parseTemplate(format, name);
  } catch (error) {
    if (!(error instanceof TemplateParseError)) throw error;
    throw new CliError(`template parsing error: ${error.message}`, BAD_FORMAT);
  }
}

/** What a command has to say beside its output. */

import { printError } from "./cli/output.ts";

/**
 * Says what a list leaves out because it cannot be read. As with Docker, whose daemon notes it in its
 * log, the list is printed and is no failure: one damaged file must not stop a script that reads the rest.
 */
export function warnOf(problems: readonly string[]): void {
  for (const problem of problems) printError(`WARNING: ${problem}`);
}

/** Commands that take several names: each is tried, failures are told at the end of its turn, and make the exit code 1. */

import { SystemError } from "../ffi/errno.ts";
import { EngineError } from "../storage/errors.ts";
import { EXIT, messageOf, originalError } from "./cli/errors.ts";
import { printError } from "./cli/output.ts";

/** `describe` gives the line that is printed for a failure. */
export async function forEachName(
  names: readonly string[],
  action: (name: string) => void | Promise<void>,
  describe: (error: Error) => string = (error) => `Error response from daemon: ${messageOf(error)}`,
): Promise<number> {
  let exitCode = 0;
  for (const name of names) {
    try {
      await action(name);
    } catch (thrown) {
      const error = originalError(thrown);
      if (!(error instanceof EngineError || error instanceof SystemError)) throw error;
      printError(describe(error));
      exitCode = EXIT.failure;
    }
  }
  return exitCode;
}

/** Commands that take several names: each is tried, failures are told at the end of its turn, and make the exit code 1. */

import { SystemError } from "../ffi/errno.ts";
import { EngineError, NotFoundError } from "../storage/errors.ts";
import { EXIT, messageOf, originalError } from "./cli/errors.ts";
import { print, printError } from "./cli/output.ts";

const fromDaemon = (error: Error) => `Error response from daemon: ${messageOf(error)}`;

/** Docker's client words what is missing itself, where that is to be removed. */
export function missingFromClient(error: Error): string {
  return error instanceof NotFoundError ? `Error: ${error.message}` : fromDaemon(error);
}

/** `describe` gives the line that is printed for a failure. */
export async function forEachName(
  names: readonly string[],
  action: (name: string) => void | Promise<void>,
  describe: (error: Error) => string = fromDaemon,
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

/** The same for what takes its time: all are begun at once, and what each returns is printed in their order. */
export async function forEachNameAtOnce(
  names: readonly string[],
  action: (name: string) => Promise<string>,
): Promise<number> {
  const begun = names.map((name) => action(name));
  for (const each of begun) each.catch(() => {}); // it is told when its turn comes
  const turns = begun.values();
  return await forEachName(names, async () => print(await turns.next().value!));
}

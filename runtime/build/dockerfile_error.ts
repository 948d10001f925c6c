/** What is wrong with a Dockerfile, and where. */

import { InvalidError } from "../../storage/errors.ts";

/** The first and the last line in the file, counted from 1. */
export type LineRange = readonly [first: number, last: number];

export class DockerfileError extends InvalidError {
  constructor(message: string, readonly lines: LineRange) {
    super(message);
  }
}

/** Runs an action; an InvalidError gets the lines, and a message made from its own. */
export function locating<Result>(
  lines: LineRange,
  describe: (message: string) => string,
  action: () => Result,
): Result {
  try {
    return action();
  } catch (error) {
    if (!(error instanceof InvalidError) || error instanceof DockerfileError) throw error;
    throw new DockerfileError(describe(error.message), lines);
  }
}

/** Descriptors of a process that is being started. */

import { SpawnProgram } from "./program.ts";

/** The steps that leave the process with 0, 1, 2 and these descriptors, whatever it has inherited. */
export function closeAllBut(fds: readonly number[]): SpawnProgram {
  const program = new SpawnProgram(), what = "close inherited descriptors";
  let first = 3;
  for (const fd of fds.toSorted((a, b) => a - b)) {
    if (fd > first) program.call("close_range", [first, fd - 1, 0], { what });
    first = fd + 1;
  }
  program.call("close_range", [first, 0xffffffff, 0], { what });
  return program;
}

/** What a new process has to do with what it inherits of its starter's. */

import { AT, O } from "../constants.ts";
import { lastingDescriptors } from "./lasting.ts";
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

/** The steps of a process that goes on without its starter: a session of its own, no stream of the starter's, only these descriptors. */
export function leaveStarter(fds: readonly number[]): SpawnProgram {
  const program = new SpawnProgram();
  program.call("setsid", [], { what: "leave the session" });
  const nothing = program.call("openat", [AT.FDCWD, "/dev/null", O.RDWR | O.CLOEXEC, 0], {
    what: "open /dev/null",
  });
  for (const fd of [0, 1, 2]) program.call("dup3", [nothing, fd, 0], { what: "leave the streams" });
  program.append(closeAllBut([...new Set([...fds, ...lastingDescriptors()])]));
  return program;
}

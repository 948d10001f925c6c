/** Programs of box's own that go on as processes of their own, whatever becomes of box. */

import { AT, F_SETFD } from "../constants.ts";
import { close } from "../file.ts";
import { leaveStarter } from "./descriptors.ts";
import { sealedFile } from "./memfd.ts";
import { type SpawnedProcess, start } from "./process.ts";
import { SpawnProgram } from "./program.ts";

export interface OwnProgram {
  /** As it shows in /proc. */
  readonly name: string;
  /** An ELF executable. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Descriptors that it has, under the same numbers. */
  readonly fds: readonly number[];
  /** Descriptors that not even its process may have until then. */
  readonly closed?: readonly number[];
  /** What its process does first. */
  readonly first?: SpawnProgram;
  /** Flags of clone(2). */
  readonly namespaces?: number;
}

/** Returns when it has been executed. Throws SystemError. */
export function startOwnProgram(own: OwnProgram): SpawnedProcess {
  const { name, bytes, fds, closed = [], first, namespaces } = own;
  const program = new SpawnProgram(), file = sealedFile(name, bytes);
  try {
    if (first !== undefined) program.append(first);
    program.append(leaveStarter([...fds, file]));
    for (const fd of closed) program.call("close", [fd], { what: "close a descriptor" });
    program.call("chdir", ["/"], { what: "leave the working directory" });
    for (const fd of fds) program.call("fcntl", [fd, F_SETFD, 0], { what: "keep a descriptor" });
    program.call("execveat", [file, "", [name, 0], [0], AT.EMPTY_PATH], { what: "execute" });
    const process = start(program, { namespaces });
    const failure = process.waitUntilExecuted();
    if (failure !== undefined) throw failure;
    return process;
  } finally {
    close(file);
  }
}

/** Files that have no name and lie in memory as long as somebody has them open: memfd_create(2). */

import { FALLOC_FL, MFD } from "./constants.ts";
import { cstring } from "./cstring.ts";
import { check, isErrno } from "./errno.ts";
import { kernel } from "./kernel.ts";

/** An empty file that nobody can execute, close-on-exec. The name shows in /proc only. */
export function makeMemoryFile(name: string): number {
  return createMemoryFile(name, MFD.CLOEXEC, MFD.NOEXEC_SEAL);
}

/** The same with these flags; `since63` only where the kernel knows it: before Linux 6.3 all such files are executable. */
export function createMemoryFile(name: string, flags: number, since63: number): number {
  const create = (flags: number) =>
    check(kernel.memfd_create(cstring(name), flags), "memfd_create", name);
  try {
    return create(flags | since63);
  } catch (error) {
    if (!isErrno(error, "EINVAL")) throw error;
    return create(flags);
  }
}

/** Gives the memory of these bytes back; the file is as long as before: fallocate(2). */
export function punchHole(file: number, at: number, length: number): void {
  const mode = FALLOC_FL.PUNCH_HOLE | FALLOC_FL.KEEP_SIZE;
  check(kernel.fallocate(file, mode, BigInt(at), BigInt(length)), "punch hole");
}

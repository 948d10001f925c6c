/** Files that have no name and that nobody can change any more: memfd_create(2). */

import { F_ADD_SEALS, F_SEAL, MFD } from "../constants.ts";
import { cstring } from "../cstring.ts";
import { check, isErrno } from "../errno.ts";
import { close, writeAll } from "../file.ts";
import { kernel } from "../kernel.ts";

/** A sealed file with this content, executable and close-on-exec. The name shows in /proc only. */
export function sealedFile(name: string, content: Uint8Array<ArrayBuffer>): number {
  const fd = createExecutable(name);
  try {
    writeAll(fd, content);
    const seals = F_SEAL.SEAL | F_SEAL.SHRINK | F_SEAL.GROW | F_SEAL.WRITE;
    check(kernel.fcntl(fd, F_ADD_SEALS, seals), "seal", name);
    return fd;
  } catch (error) {
    close(fd);
    throw error;
  }
}

function createExecutable(name: string): number {
  const flags = MFD.CLOEXEC | MFD.ALLOW_SEALING;
  const create = (flags: number) =>
    check(kernel.memfd_create(cstring(name), flags), "memfd_create", name);
  try {
    return create(flags | MFD.EXEC);
  } catch (error) {
    if (!isErrno(error, "EINVAL")) throw error; // before Linux 6.3 there is no such flag: all are executable
    return create(flags);
  }
}

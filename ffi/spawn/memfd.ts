/** Files that have no name and that nobody can change any more: memfd_create(2). */

import { F_ADD_SEALS, F_SEAL, MFD } from "../constants.ts";
import { check } from "../errno.ts";
import { close, writeAll } from "../file.ts";
import { kernel } from "../kernel.ts";
import { createMemoryFile } from "../memory_file.ts";

/** A sealed file with this content, executable and close-on-exec. The name shows in /proc only. */
export function sealedFile(name: string, content: Uint8Array<ArrayBuffer>): number {
  const fd = createMemoryFile(name, MFD.CLOEXEC | MFD.ALLOW_SEALING, MFD.EXEC);
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

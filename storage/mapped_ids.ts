/** Mounts that are shown with the ids of a user namespace. */

import { isErrno } from "../ffi/errno.ts";
import { EngineError } from "./errors.ts";

/**
 * Calls what maps the ids of what is below a directory. EINVAL is what both a file system and an overlayfs say that know nothing
 * of mapped ids.
 */
export function refusingMapping<T>(directory: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (!isErrno(error, "EINVAL", "ENOSYS") && !(error instanceof EngineError)) throw error;
    throw new EngineError(
      `cannot give ${directory} the ids of a user namespace: ${(error as Error).message}; ` +
        "it takes Linux 5.19 and a file system with id-mapped mounts " +
        "(ext4, xfs, btrfs; tmpfs with Linux 6.3)",
    );
  }
}

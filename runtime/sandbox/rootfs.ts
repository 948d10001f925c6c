/**
 * A container's root file system as seen from the host. Everything in it is hostile: names are resolved by the kernel inside
 * that root (openat2 with RESOLVE_IN_ROOT), never as strings on the host's side.
 */

import { AT, O, RESOLVE } from "../../ffi/constants.ts";
import { isErrno } from "../../ffi/errno.ts";
import { openAt, openAt2, readSmallFile, withFd } from "../../ffi/file.ts";
import { isDirectory, isRegularFile, statAt } from "../../ffi/stat.ts";
import { InvalidError } from "../../storage/errors.ts";

const IN_ROOT = RESOLVE.IN_ROOT | RESOLVE.NO_MAGICLINKS;

/** The limit that runc has for files such as /etc/passwd, bytes. */
const USER_DATABASE_LIMIT = 4 << 20;

/** Opens the root itself. */
export function openRoot(path: string): number {
  return openAt(AT.FDCWD, path, O.PATH | O.DIRECTORY | O.NOFOLLOW);
}

/** Opens a path of the container. */
export function openInRoot(rootFd: number, path: string, flags: number): number {
  return openAt2(rootFd, path, flags, IN_ROOT);
}

/** The text of a small regular file of the image; a missing one is empty. It may be a FIFO or a device: it is not waited for. */
export function readUserDatabase(rootFd: number, path: string): string {
  let fd: number;
  try {
    fd = openInRoot(rootFd, path, O.RDONLY | O.NONBLOCK | O.NOCTTY);
  } catch (error) {
    if (isErrno(error, "ENOENT", "ENOTDIR", "ELOOP")) return "";
    throw error;
  }
  return withFd(fd, () => {
    const stat = statAt(fd, "");
    if (!isRegularFile(stat)) throw new InvalidError(`${path} is not a regular file`);
    if (stat.size > USER_DATABASE_LIMIT) throw new InvalidError(`${path} is larger than 4 MiB`);
    return new TextDecoder().decode(readSmallFile(fd, USER_DATABASE_LIMIT));
  });
}

/** Whether a name directly below the root is a real directory: what may be mounted on without a thought. */
export function hasPlainDirectory(rootFd: number, name: string): boolean {
  try {
    return isDirectory(statAt(rootFd, name));
  } catch (error) {
    if (isErrno(error, "ENOENT")) return false;
    throw error;
  }
}

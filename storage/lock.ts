/**
 * Locks are flock(2) on the directories of the store themselves: no lock file has to be made, found again or cleaned up,
 * the kernel drops a lock with the process that holds it, and two paths to one store meet on the same lock.
 */

import { AT, O } from "../ffi/constants.ts";
import { isErrno } from "../ffi/errno.ts";
import { close, lock, openAt, tryLock } from "../ffi/file.ts";
import { statAt, statIfExists } from "../ffi/stat.ts";

/** A lock on a directory, held until it is disposed of: `using lock = DirectoryLock.take(...)`. */
export class DirectoryLock {
  private constructor(private fd: number) {}

  /** A lock that another process has taken, and has handed on as this open descriptor. */
  static inherited(fd: number): DirectoryLock {
    return new DirectoryLock(fd);
  }

  /** What a process that inherits it holds the lock with. */
  get descriptor(): number {
    return this.fd;
  }

  /** Waits for the lock. ENOENT if the directory does not exist, or is gone by the time the lock is had. */
  static take(path: string, mode: "shared" | "exclusive"): DirectoryLock {
    for (;;) {
      const fd = openAt(AT.FDCWD, path, O.RDONLY | O.DIRECTORY);
      try {
        lock(fd, mode);
        if (isStillNamed(fd, path)) return new DirectoryLock(fd);
      } catch (error) {
        close(fd);
        throw error;
      }
      close(fd);
    }
  }

  /** Takes the lock exclusively, or returns undefined if somebody holds it or the directory is gone. */
  static tryTake(path: string): DirectoryLock | undefined {
    let fd: number;
    try {
      fd = openAt(AT.FDCWD, path, O.RDONLY | O.DIRECTORY);
    } catch (error) {
      if (isErrno(error, "ENOENT", "ENOTDIR")) return undefined;
      throw error;
    }
    if (tryLock(fd) && isStillNamed(fd, path)) return new DirectoryLock(fd);
    close(fd);
    return undefined;
  }

  [Symbol.dispose](): void {
    if (this.fd >= 0) close(this.fd);
    this.fd = -1;
  }
}

/** While we waited, the holder may have renamed or removed the directory that we opened. */
function isStillNamed(fd: number, path: string): boolean {
  const named = statIfExists(AT.FDCWD, path);
  return named !== undefined && named.inode === statAt(fd, "").inode;
}

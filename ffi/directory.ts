/** Directories: getdents64(2), and removing whole trees. */

import { AT, O } from "./constants.ts";
import { decodeName } from "./cstring.ts";
import { check, isErrno } from "./errno.ts";
import { close, type DirectoryFd, openAt, removeDirectory, unlink, withFd } from "./file.ts";
import { kernel } from "./kernel.ts";

export interface DirectoryEntry {
  readonly name: string;
  /** DT_* of readdir(3); 0 where the file system does not say. */
  readonly type: number;
}

export const DT = { UNKNOWN: 0, DIR: 4, REG: 8, LNK: 10 } as const;

/** The entries of an open directory in the file system's order, without `.` and `..`. */
export function readEntries(fd: number): DirectoryEntry[] {
  const entries: DirectoryEntry[] = [];
  const buffer = new Uint8Array(32768), view = new DataView(buffer.buffer);
  for (;;) {
    const length = check(kernel.getdents64(fd, buffer, buffer.length), "getdents64");
    if (length === 0) return entries;
    for (let at = 0; at < length;) {
      const size = view.getUint16(at + 16, true);
      const name = decodeName(buffer.subarray(at + 19, buffer.indexOf(0, at + 19)));
      if (name !== "." && name !== "..") entries.push({ name, type: buffer[at + 18] });
      at += size;
    }
  }
}

/** Opens a directory to be read; a symbolic link in its place is refused. */
export function openDirectory(directory: DirectoryFd, name: string): number {
  return openAt(directory, name, O.RDONLY | O.DIRECTORY | O.NOFOLLOW);
}

/** Names in the directory at this path, sorted; nothing if it does not exist, or goes while it is read. */
export function listNames(path: string): string[] {
  try {
    return withFd(openAt(AT.FDCWD, path, O.RDONLY | O.DIRECTORY), readEntries)
      .map((entry) => entry.name).sort();
  } catch (error) {
    if (isErrno(error, "ENOENT")) return [];
    throw error;
  }
}

/**
 * Removes a name with everything below it. Symbolic links are removed, never followed, and no path is resolved twice, so
 * nobody can lead it elsewhere. A name that does not exist is no error.
 */
export function removeTree(directory: DirectoryFd, name: string): void {
  try {
    unlink(directory, name);
    return;
  } catch (error) {
    if (isErrno(error, "ENOENT")) return;
    if (!isErrno(error, "EISDIR", "EPERM")) throw error; // EPERM: what POSIX says for a directory
  }
  let fd: number;
  try {
    fd = openDirectory(directory, name);
  } catch (error) {
    if (isErrno(error, "ENOENT")) return;
    throw error;
  }
  try {
    // What another process adds meanwhile is found in the next round.
    for (let entries = readEntries(fd); entries.length > 0; entries = readEntries(fd)) {
      for (const entry of entries) removeTree(fd, entry.name);
      kernel.lseek(fd, 0n, 0);
    }
  } finally {
    close(fd);
  }
  try {
    removeDirectory(directory, name);
  } catch (error) {
    if (!isErrno(error, "ENOENT")) throw error;
  }
}

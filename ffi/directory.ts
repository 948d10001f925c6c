/** Directories: getdents64(2), and removing whole trees. */

import { AT, O } from "./constants.ts";
import { decodeName } from "./cstring.ts";
import { check, isErrno } from "./errno.ts";
import {
  close,
  type DirectoryFd,
  openAt,
  removeDirectory,
  tryRemoveDirectory,
  tryUnlink,
  unlink,
  withFd,
} from "./file.ts";
import { kernel } from "./kernel.ts";

export interface DirectoryEntry {
  readonly name: string;
  /** DT_* of readdir(3); 0 where the file system does not say. */
  readonly type: number;
}

export const DT = { UNKNOWN: 0, DIR: 4, REG: 8, LNK: 10 } as const;

/** One for all directories: fresh memory costs more than most of them do. */
const buffer = new Uint8Array(32768), view = new DataView(buffer.buffer);

/** The entries of an open directory in the file system's order, without `.` and `..`. */
export function readEntries(fd: number): DirectoryEntry[] {
  const entries: DirectoryEntry[] = [];
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

function openDirectoryIfExists(directory: DirectoryFd, name: string): number | undefined {
  try {
    return openDirectory(directory, name);
  } catch (error) {
    if (isErrno(error, "ENOENT")) return undefined;
    throw error;
  }
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
  const error = tryUnlink(directory, name);
  // EPERM is what POSIX says for a directory.
  if (error === "EISDIR" || error === "EPERM") removeDirectoryTree(directory, name);
  else if (error !== undefined && error !== "ENOENT") unlink(directory, name);
}

function removeDirectoryTree(directory: DirectoryFd, name: string): void {
  const fd = openDirectoryIfExists(directory, name);
  if (fd === undefined) return;
  try {
    for (;;) {
      const entries = readEntries(fd);
      for (const entry of entries) {
        if (entry.type === DT.DIR) removeDirectoryTree(fd, entry.name);
        else removeTree(fd, entry.name);
      }
      const error = tryRemoveDirectory(directory, name);
      if (error === undefined || error === "ENOENT") return;
      // Another process has added something meanwhile: the next round finds it.
      if (error !== "ENOTEMPTY" || entries.length === 0) removeDirectory(directory, name);
      kernel.lseek(fd, 0n, 0);
    }
  } finally {
    close(fd);
  }
}

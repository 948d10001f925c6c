/** How much a tree holds, in bytes, as docker counts a container's size. */

import { openDirectory, readEntries } from "../ffi/directory.ts";
import { isErrno } from "../ffi/errno.ts";
import { type DirectoryFd, withFd } from "../ffi/file.ts";
import { isDirectory, statIfExists } from "../ffi/stat.ts";

/**
 * Sums the sizes of all files but directories, each inode once; a symbolic link counts with its own length. What vanishes
 * meanwhile is left out.
 */
export function sizeOfFiles(
  directory: DirectoryFd,
  name: string,
  seen: Set<bigint> = new Set(),
): number {
  let fd: number;
  try {
    fd = openDirectory(directory, name);
  } catch (error) {
    if (isErrno(error, "ENOENT", "ENOTDIR", "ELOOP")) return 0;
    throw error;
  }
  return withFd(fd, () => {
    let sum = 0;
    for (const entry of readEntries(fd)) {
      const stat = statIfExists(fd, entry.name);
      if (stat === undefined) continue;
      if (isDirectory(stat)) sum += sizeOfFiles(fd, entry.name, seen);
      else if (!seen.has(stat.inode)) {
        seen.add(stat.inode);
        sum += stat.size;
      }
    }
    return sum;
  });
}

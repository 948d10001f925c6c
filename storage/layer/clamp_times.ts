/** SOURCE_DATE_EPOCH: nothing in a layer is to be younger than that (reproducible-builds.org/specs/source-date-epoch). */

import { openDirectory, readEntries } from "../../ffi/directory.ts";
import { close, type DirectoryFd, setTimes } from "../../ffi/file.ts";
import { isDirectory, statAt } from "../../ffi/stat.ts";

/** Sets the times of everything below a directory that was modified later than this, in seconds since the epoch. */
export function clampTimes(directory: DirectoryFd, latest: number): void {
  const time = { seconds: latest, nanoseconds: 0 };
  const entries = openDirectory(directory, ".");
  try {
    for (const { name } of readEntries(entries)) {
      const stat = statAt(entries, name);
      if (isDirectory(stat)) clampBelow(entries, name, latest);
      if (stat.modified.seconds >= latest) setTimes(entries, name, time, time);
    }
  } finally {
    close(entries);
  }
}

function clampBelow(directory: DirectoryFd, name: string, latest: number): void {
  const fd = openDirectory(directory, name);
  try {
    clampTimes(fd, latest);
  } finally {
    close(fd);
  }
}

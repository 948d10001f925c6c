/** The files of a json-file log: `<id>-json.log`, and those that it was before: `.1` the youngest, `.2`... */

import { AT, O } from "../../../ffi/constants.ts";
import { isErrno } from "../../../ffi/errno.ts";
import { openAt, rename } from "../../../ffi/file.ts";
import { unlinkIfExists } from "../../../storage/files.ts";

/**
 * Puts a log's file aside and removes the oldest, so that with a new one there are at most `maxFiles`. Whoever reads one of
 * them can read on: none is cut.
 */
export function putAside(path: string, maxFiles: number): void {
  if (maxFiles === 1) return unlinkIfExists(path);
  for (let number = maxFiles - 1; number >= 1; number--) {
    const younger = number === 1 ? path : `${path}.${number - 1}`;
    try {
      rename(AT.FDCWD, younger, AT.FDCWD, `${path}.${number}`);
    } catch (error) {
      if (!isErrno(error, "ENOENT")) throw error;
    }
  }
}

/** Opens a file of a log to be read; undefined if there is none. 0 is the one that is written to. */
export function openForReading(path: string, number: number): number | undefined {
  try {
    return openAt(AT.FDCWD, number === 0 ? path : `${path}.${number}`, O.RDONLY | O.NOFOLLOW);
  } catch (error) {
    if (isErrno(error, "ENOENT")) return undefined;
    throw error;
  }
}

/** The times of unpacked directories, set last: what is put into a directory changes them. */

import { O } from "../../ffi/constants.ts";
import { isErrno } from "../../ffi/errno.ts";
import { type DirectoryFd, setTimesOfFd, type Time, withFd } from "../../ffi/file.ts";
import { openInRoot } from "./parent_directories.ts";

/** Numbers that are kept of each directory: seconds and nanoseconds, accessed and modified. */
const WIDTH = 4;

/** Remembers them compactly, since a hostile layer may consist of millions of directories. */
export class DirectoryTimes {
  readonly #paths: string[] = [];
  #numbers = new Float64Array(1024 * WIDTH);

  add(path: string, accessed: Time, modified: Time): void {
    const at = this.#paths.length * WIDTH;
    if (at === this.#numbers.length) {
      const larger = new Float64Array(at * 2);
      larger.set(this.#numbers);
      this.#numbers = larger;
    }
    this.#paths.push(path);
    this.#numbers[at] = accessed.seconds;
    this.#numbers[at + 1] = accessed.nanoseconds;
    this.#numbers[at + 2] = modified.seconds;
    this.#numbers[at + 3] = modified.nanoseconds;
  }

  /** Sets them all. `onPath` hears of each path before, so that an error can be told what it is about. */
  apply(root: DirectoryFd, onPath: (path: string) => void): void {
    for (const [index, path] of this.#paths.entries()) {
      onPath(path);
      const [accessed, modified] = this.#timesAt(index);
      try {
        const fd = openInRoot(root, path, O.RDONLY | O.DIRECTORY | O.NOFOLLOW);
        withFd(fd, () => setTimesOfFd(fd, accessed, modified));
      } catch (error) {
        // A later entry has taken its place.
        if (!isErrno(error, "ENOENT", "ENOTDIR", "ELOOP")) throw error;
      }
    }
  }

  #timesAt(index: number): [accessed: Time, modified: Time] {
    const at = index * WIDTH, numbers = this.#numbers;
    return [
      { seconds: numbers[at], nanoseconds: numbers[at + 1] },
      { seconds: numbers[at + 2], nanoseconds: numbers[at + 3] },
    ];
  }
}

/** Reading a file that must stay what it is meanwhile. */

import { SystemError } from "../../../ffi/errno.ts";
import { O } from "../../../ffi/constants.ts";
import { close, type DirectoryFd, openAt, read } from "../../../ffi/file.ts";
import { type Stat, statAt } from "../../../ffi/stat.ts";
import { SourceChangedError } from "./source_lookup.ts";
import type { SourceTree } from "./types.ts";

const buffer = new Uint8Array(1 << 20);

/** A FIFO or a terminal that has taken the file's place is not waited for. */
const FLAGS = O.RDONLY | O.NOFOLLOW | O.NONBLOCK | O.NOCTTY;

/** What is read, and where it is read from. */
export interface SourceFile {
  readonly tree: SourceTree;
  readonly directory: DirectoryFd;
  readonly name: string;
  /** In the tree, for errors. */
  readonly path: string;
  readonly stat: Stat;
}

/**
 * Opens a regular file, and has its content consumed: in chunks that are good until the next one, with a yield after each but
 * the first. Throws SourceChangedError if it is not, or does not stay, what `stat` says.
 */
export function* readSource(
  file: SourceFile,
  consume: (chunk: Uint8Array<ArrayBuffer>) => void,
  finish: (fd: number) => void,
): Generator<void> {
  const { size } = file.stat;
  const fd = named(file, () => openAt(file.directory, file.name, FLAGS));
  try {
    for (let rest = size; rest > 0;) {
      if (rest < size) yield;
      const length = named(file, () => read(fd, buffer));
      if (length === 0) break;
      consume(buffer.subarray(0, length));
      rest -= length;
    }
    finish(fd);
    if (!isSame(statAt(fd, ""), file.stat)) {
      throw new SourceChangedError(file.tree, file.path, "changed");
    }
  } finally {
    close(fd);
  }
}

/** An error says which file it is about: what consumes the content has errors of its own. */
function named<T>({ path }: SourceFile, action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (!(error instanceof SystemError)) throw error;
    throw new SystemError(error.operation, path, error.errno);
  }
}

function isSame(a: Stat, b: Stat): boolean {
  return a.inode === b.inode && a.size === b.size &&
    a.device[0] === b.device[0] && a.device[1] === b.device[1] &&
    a.modified.seconds === b.modified.seconds &&
    a.modified.nanoseconds === b.modified.nanoseconds &&
    a.changed.seconds === b.changed.seconds && a.changed.nanoseconds === b.changed.nanoseconds;
}

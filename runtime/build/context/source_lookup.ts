/** Looking at a tree that is copied from, without what is excluded. */

import { O, RESOLVE } from "../../../ffi/constants.ts";
import { isErrno } from "../../../ffi/errno.ts";
import { openAt2, readLink, withFd } from "../../../ffi/file.ts";
import { isDirectory, type Stat, statAt } from "../../../ffi/stat.ts";
import { EngineError } from "../../../storage/errors.ts";
import type { Lookup } from "./resolve_path.ts";
import type { SourceTree } from "./types.ts";

/** What a COPY or ADD names is not there. The message is BuildKit's. */
export class SourceNotFoundError extends EngineError {
  override readonly name = "SourceNotFoundError";

  constructor(tree: SourceTree, path: string) {
    super(
      `failed to calculate checksum of ref ${tree.name}: ${JSON.stringify(`/${path}`)}: not found`,
    );
  }
}

/** A file or directory is no longer what it was a moment before. */
export class SourceChangedError extends EngineError {
  override readonly name = "SourceChangedError";

  constructor(tree: SourceTree, path: string, what: "changed" | "vanished") {
    super(`file ${what} while it was read: /${path} in ${tree.name}`);
  }
}

/** A path of the tree that has no symbolic links: one that has appeared in it since is an error (ELOOP). */
export function openSource(tree: SourceTree, path: string, flags: number): number {
  return openAt2(tree.root, path || ".", flags, RESOLVE.BENEATH | RESOLVE.NO_SYMLINKS);
}

/** Whether this path is left out, be it because of a directory above it. */
export function isExcluded(tree: SourceTree, path: string, isDirectory: boolean): boolean {
  const { exclude } = tree;
  if (exclude === undefined || path === "") return false;
  return exclude(path, isDirectory) && !(isDirectory && exclude.mayIncludeBelow?.(path));
}

export function lookupIn(tree: SourceTree): Lookup {
  return {
    stat(path) {
      const stat = statOf(tree, path);
      return stat && isExcluded(tree, path, isDirectory(stat)) ? undefined : stat;
    },
    readLink(path) {
      return withFd(openSource(tree, path, O.PATH | O.NOFOLLOW), (fd) => readLink(fd, ""));
    },
  };
}

function statOf(tree: SourceTree, path: string): Stat | undefined {
  try {
    return withFd(openSource(tree, path, O.PATH | O.NOFOLLOW), (fd) => statAt(fd, ""));
  } catch (error) {
    if (isErrno(error, "ENOENT", "ENOTDIR")) return undefined;
    throw error;
  }
}

/** Following a path through a tree that is looked at name by name, as if its root were `/`. */

import { SystemError } from "../../../ffi/errno.ts";
import { isDirectory, isSymlink, type Stat } from "../../../ffi/stat.ts";
import { joinPaths, parentOf } from "../../../storage/layer/name.ts";

/** What can be asked about a tree. Paths are clean, relative and free of symbolic links on the way. */
export interface Lookup {
  /** A symbolic link is what it is, not what it leads to. */
  stat(path: string): Stat | undefined;
  readLink(path: string): string;
}

export interface ResolvedPath {
  /** Clean, relative, free of symbolic links; empty for the root. */
  readonly path: string;
  /** Undefined if nothing is there; then some of the path's directories may be missing, too. */
  readonly stat: Stat | undefined;
}

/** As many as the kernel follows in one path: path_resolution(7). */
const MAX_LINKS = 40;
const ENOTDIR = 20, ELOOP = 40;

/**
 * Follows all symbolic links, to where they lead even if nothing is there. No `..` climbs above the root. SystemError ENOTDIR
 * names what is no directory, ELOOP the path as it was given.
 */
export function resolvePath(tree: Lookup, wanted: string): ResolvedPath {
  let names = wanted.split("/"), path = "", links = 0;
  let stat = tree.stat("");
  while (names.length > 0) {
    const name = names.shift()!;
    if (name === "" || name === ".") continue;
    if (stat !== undefined && !isDirectory(stat)) {
      throw new SystemError("open", `/${path}`, ENOTDIR);
    }
    if (name === "..") {
      path = parentOf(path);
      stat = tree.stat(path);
      continue;
    }
    const next = joinPaths(path, name);
    const found: Stat | undefined = stat && tree.stat(next);
    if (found !== undefined && isSymlink(found)) {
      if (++links > MAX_LINKS) throw new SystemError("open", wanted, ELOOP);
      const target = tree.readLink(next);
      names = [...target.split("/"), ...names];
      if (!target.startsWith("/")) continue;
      path = "";
      stat = tree.stat("");
      continue;
    }
    path = next;
    stat = found;
  }
  return { path, stat };
}

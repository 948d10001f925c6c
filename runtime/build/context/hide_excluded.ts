/** What .dockerignore leaves out, made invisible by an overlay instead of a copy of all the rest. */

import { S } from "../../../ffi/constants.ts";
import { DT, openDirectory, readEntries, removeTree } from "../../../ffi/directory.ts";
import {
  changeModeOfFd,
  close,
  type DirectoryFd,
  makeDirectory,
  makeNode,
  setTimesOfFd,
} from "../../../ffi/file.ts";
import { isDirectory, statAt } from "../../../ffi/stat.ts";
import { joinPaths } from "../../../storage/layer/name.ts";
import type { ExcludePredicate } from "./types.ts";
import { giveOwnerOfFd } from "../../../storage/owner.ts";

/**
 * Makes whiteouts in an empty directory for all that is left out of a tree: as the upper of two lower directories of an overlay
 * it hides that. Of the rest only the directories on the way to a whiteout are made, as they are in the tree.
 */
export function hideExcluded(
  tree: DirectoryFd,
  exclude: ExcludePredicate,
  whiteouts: DirectoryFd,
): void {
  hideIn(tree, "", exclude, () => whiteouts);
  copyAttributes(tree, whiteouts);
}

/** Returns whether anything in the directory is left. */
function hideIn(
  fd: DirectoryFd,
  path: string,
  exclude: ExcludePredicate,
  mirror: () => DirectoryFd,
): boolean {
  let isAnythingLeft = false;
  for (const { name, type } of readEntries(fd)) {
    const child = joinPaths(path, name);
    const isTree = type === DT.DIR || (type === DT.UNKNOWN && isDirectory(statAt(fd, name)));
    const isExcluded = exclude(child, isTree);
    const isSearched = isTree && (!isExcluded || exclude.mayIncludeBelow?.(child));
    const isSomethingIn = isSearched && searchIn(fd, name, child, exclude, mirror);
    if (isSomethingIn || !isExcluded) {
      isAnythingLeft = true;
      continue;
    }
    removeTree(mirror(), name); // the mirror of a directory of which nothing is left
    makeNode(mirror(), name, S.IFCHR, 0);
  }
  return isAnythingLeft;
}

/** Makes the mirror of a directory when something in that is to be hidden. */
function searchIn(
  parent: DirectoryFd,
  name: string,
  path: string,
  exclude: ExcludePredicate,
  parentsMirror: () => DirectoryFd,
): boolean {
  const fd = openDirectory(parent, name);
  let mirror: DirectoryFd | undefined;
  const makeMirror = () => {
    makeDirectory(parentsMirror(), name, 0o700);
    return openDirectory(parentsMirror(), name);
  };
  try {
    const isAnythingLeft = hideIn(fd, path, exclude, () => mirror ??= makeMirror());
    if (mirror !== undefined) copyAttributes(fd, mirror);
    return isAnythingLeft;
  } finally {
    if (mirror !== undefined) close(mirror);
    close(fd);
  }
}

/** What is seen of a directory in an overlay is the topmost one's. */
function copyAttributes(from: DirectoryFd, to: DirectoryFd): void {
  const { uid, gid, mode, modified } = statAt(from, "");
  giveOwnerOfFd(to, uid, gid);
  changeModeOfFd(to, mode & 0o7777);
  setTimesOfFd(to, modified, modified);
}

/** What was changed in a copy of a tree: docker diff, and what a commit packs. */

import { openDirectory, readEntries } from "../../ffi/directory.ts";
import { type DirectoryFd, withFd } from "../../ffi/file.ts";
import { isDirectory, type Stat, statAt } from "../../ffi/stat.ts";
import { type Change, differ } from "../change.ts";

/** Without a base everything is new. Changes in order of their paths; directories before what is in them. `isIgnored` says which paths do not count. */
export function compareTrees(
  base: DirectoryFd | undefined,
  tree: DirectoryFd,
  isIgnored: (path: string) => boolean,
): Change[] {
  const changes: Change[] = [];
  compare(changes, "", base, tree, isIgnored);
  return changes;
}

function compare(
  changes: Change[],
  path: string,
  base: DirectoryFd | undefined,
  tree: DirectoryFd,
  isIgnored: (path: string) => boolean,
): void {
  const before = new Set(base === undefined ? [] : namesIn(base)), now = new Set(namesIn(tree));
  for (const name of [...new Set([...before, ...now])].sort()) {
    const here = `${path}/${name}`;
    if (isIgnored(here)) continue;
    if (!now.has(name)) {
      changes.push({ path: here, kind: "deleted" });
      continue;
    }
    const stat = statAt(tree, name);
    const old = before.has(name) ? statAt(base!, name) : undefined;
    changes.push({ path: here, kind: old === undefined ? "added" : "changed" });
    const count = changes.length;
    if (isDirectory(stat)) {
      const wasDirectory = old !== undefined && isDirectory(old);
      withFd(openDirectory(tree, name), (below) =>
        wasDirectory
          ? withFd(
            openDirectory(base!, name),
            (oldBelow) => compare(changes, here, oldBelow, below, isIgnored),
          )
          : compare(changes, here, undefined, below, isIgnored));
    }
    // A directory counts for what is changed in it.
    const isUnchanged = old !== undefined && changes.length === count &&
      !differ(fileIn(base!, name, old), fileIn(tree, name, stat));
    if (isUnchanged) changes.pop();
  }
}

function namesIn(directory: DirectoryFd): string[] {
  return withFd(openDirectory(directory, "."), readEntries).map(({ name }) => name);
}

function fileIn(directory: DirectoryFd, name: string, stat: Stat) {
  return { path: `/proc/self/fd/${directory}/${name}`, stat };
}

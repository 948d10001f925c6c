/** Puts a layer, as it came out of its archive, on a copy of what it stands on. */

import { openDirectory, readEntries, removeTree } from "../../ffi/directory.ts";
import { type DirectoryFd, rename, setTimesOfFd, unlink, withFd } from "../../ffi/file.ts";
import { isDirectory, statAt, statIfExists } from "../../ffi/stat.ts";
import { parseWhiteout } from "../layer/whiteout.ts";
import { takeAfter } from "./copy_tree.ts";

/**
 * Moves everything of a layer, in whose directory whiteouts are files named as in its archive, into a tree of which no other
 * file is written to. What is left of the layer's directory is to be removed. The root keeps its own attributes.
 */
export function applyLayer(layer: DirectoryFd, tree: DirectoryFd): void {
  const names = readEntries(layer).map(({ name }) => name);
  const whiteouts = names.map(parseWhiteout);
  // What the layer hides is what was there before: its own files of the same names stay.
  for (const whiteout of whiteouts) {
    if (whiteout.kind === "opaque") clear(tree);
    else if (whiteout.kind === "removed") removeTree(tree, whiteout.name);
  }
  names.forEach((name, i) => whiteouts[i].kind === "none" && place(layer, tree, name));
}

function clear(directory: DirectoryFd): void {
  withFd(openDirectory(directory, "."), (fd) => {
    for (const { name } of readEntries(fd)) removeTree(fd, name);
  });
}

function place(layer: DirectoryFd, tree: DirectoryFd, name: string): void {
  const existing = statIfExists(tree, name);
  const isTree = isDirectory(statAt(layer, name));
  if (isTree && existing !== undefined && isDirectory(existing)) {
    return withFd(openDirectory(layer, name), (from) =>
      withFd(openDirectory(tree, name), (to) => {
        const stat = statAt(from, "");
        applyLayer(from, to);
        takeAfter(from, to, stat);
      }));
  }
  if (existing !== undefined && (isTree || isDirectory(existing))) removeTree(tree, name);
  rename(layer, name, tree, name);
  if (isTree) withFd(openDirectory(tree, name), dropWhiteouts);
}

/** Where nothing was below, nothing is to be hidden. */
function dropWhiteouts(directory: DirectoryFd): void {
  const before = statAt(directory, "");
  let isChanged = false;
  for (const { name } of readEntries(directory)) {
    if (parseWhiteout(name).kind !== "none") {
      unlink(directory, name);
      isChanged = true;
    } else if (isDirectory(statAt(directory, name))) {
      withFd(openDirectory(directory, name), dropWhiteouts);
    }
  }
  if (isChanged) setTimesOfFd(directory, before.accessed, before.modified);
}

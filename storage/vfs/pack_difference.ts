/** What was changed in a copy of a tree, as the archive of a layer. */

import type { DirectoryFd } from "../../ffi/file.ts";
import type { Change } from "../change.ts";
import { packTree } from "../layer/pack.ts";
import { baseOf, parentOf } from "../layer/name.ts";

/** Packs what is in `tree` and among the changes, and a whiteout for each that was deleted. */
export function packDifference(
  tree: DirectoryFd,
  changes: readonly Change[],
  latest?: number,
): Iterable<Uint8Array<ArrayBuffer>> {
  const present = new Set<string>(), removed = new Map<string, string[]>();
  for (const { path, kind } of changes) {
    const name = path.slice(1);
    if (kind !== "deleted") present.add(name);
    else removed.set(parentOf(name), [...removed.get(parentOf(name)) ?? [], baseOf(name)]);
  }
  return packTree(tree, {
    form: "plain",
    latest,
    removed: (directory) => removed.get(directory) ?? [],
    filter: (path) => present.has(path),
  });
}

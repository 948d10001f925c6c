/** What a stack of diff directories shows, found without mounting it (Documentation/filesystems/overlayfs.rst). */

import { AT } from "../../ffi/constants.ts";
import { isCharacterDevice, isDirectory, type Stat, statIfExists } from "../../ffi/stat.ts";
import { getAttributeOfPath } from "../../ffi/xattr.ts";
import { overlayAttributes } from "./user_attributes.ts";

/** A name in the merged view: its topmost appearance. */
export interface Found {
  readonly path: string;
  readonly stat: Stat;
}

/**
 * Looks a path up in diff directories, topmost first. Symbolic links are not followed: one on the way ends the search, one at
 * its end is what is found.
 */
export function lookup(directories: readonly string[], path: string): Found | undefined {
  let found: Found | undefined;
  for (const name of path.split("/").filter(Boolean)) {
    const layers = lookupName(directories, name);
    found = layers[0];
    if (found === undefined) return undefined;
    directories = isDirectory(found.stat) ? layers.map((layer) => layer.path) : [];
  }
  return found;
}

/** All appearances of a name that count: a single file, or the directories that are merged. */
export function lookupName(directories: readonly string[], name: string): Found[] {
  const layers: Found[] = [];
  const lowest = directories.at(-1);
  for (const directory of directories) {
    const path = `${directory}/${name}`, stat = statIfExists(AT.FDCWD, path);
    if (stat !== undefined) {
      if (isWhiteout(stat)) break;
      if (!isDirectory(stat)) return layers.length === 0 ? [{ path, stat }] : layers;
      layers.push({ path, stat });
      if (directory !== lowest && isOpaque(path)) break;
    }
    if (directory !== lowest && isOpaque(directory)) break;
  }
  return layers;
}

/** A whiteout says that the name does not exist, whatever lies below. */
export function isWhiteout(stat: Stat): boolean {
  return isCharacterDevice(stat) && stat.nodeDevice[0] === 0 && stat.nodeDevice[1] === 0;
}

/** An opaque directory hides the directories below it. */
export function isOpaque(path: string): boolean {
  return getAttributeOfPath(path, `${overlayAttributes()}.overlay.opaque`)?.[0] ===
    "y".charCodeAt(0);
}

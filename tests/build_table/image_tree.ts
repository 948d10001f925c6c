/** The files of an image, read from the directories of its layers. */

import { createHash } from "node:crypto";
import { AT } from "../../ffi/constants.ts";
import { listNames } from "../../ffi/directory.ts";
import { readLink } from "../../ffi/file.ts";
import { isDirectory, isRegularFile, isSymlink, type Stat, statAt } from "../../ffi/stat.ts";
import { isOpaque, isWhiteout } from "../../storage/overlay2/lookup.ts";

/**
 * Files by their paths: `d MODE UID:GID`, `f MODE UID:GID CONTENT`, `l UID:GID -> TARGET`, `h -> PATH` for another name of a
 * file, and `p` for a FIFO.
 */
export type FileTree = ReadonlyMap<string, string>;

/** The tree after further layers, lowest first, were put on top. */
export function withLayers(tree: FileTree, layers: readonly string[]): FileTree {
  return layers.reduce<FileTree>((below, directory) => {
    const merged = new Map(below);
    const removeBelow = (path: string) => {
      for (const each of merged.keys()) if (each.startsWith(`${path}/`)) merged.delete(each);
    };
    for (const [path, description] of entriesOf(directory)) {
      if (!description.startsWith("d ") || isOpaque(`${directory}/${path}`)) removeBelow(path);
      if (description === WHITEOUT) merged.delete(path);
      else merged.set(path, description);
    }
    return merged;
  }, tree);
}

/** What the tree has that the base has not, and what it lacks. */
export function differences(tree: FileTree, base: FileTree): string[] {
  const made = [...tree].filter(([path, description]) => base.get(path) !== description);
  const gone = [...base.keys()].filter((path) => !tree.has(path) && hasParent(path, tree));
  return [
    ...made.map(([path, description]) => `${path}: ${description}`),
    ...gone.map((path) => `${path}: gone`),
  ].sort();
}

function hasParent(path: string, tree: FileTree): boolean {
  const slash = path.lastIndexOf("/");
  return slash < 0 || tree.has(path.slice(0, slash));
}

const WHITEOUT = "whiteout";

function* entriesOf(directory: string): Iterable<[path: string, description: string]> {
  const first = new Map<bigint, string>();
  for (const path of pathsIn(directory, "")) yield [path, describe(directory, path, first)];
}

/** Directories come before what is in them. */
function* pathsIn(directory: string, below: string): Iterable<string> {
  for (const name of listNames(`${directory}/${below}`).sort()) {
    const path = below + name;
    yield path;
    if (isDirectory(statAt(AT.FDCWD, `${directory}/${path}`))) {
      yield* pathsIn(directory, `${path}/`);
    }
  }
}

function describe(directory: string, path: string, first: Map<bigint, string>): string {
  const full = `${directory}/${path}`, stat: Stat = statAt(AT.FDCWD, full);
  if (isWhiteout(stat)) return WHITEOUT;
  const owner = `${stat.uid}:${stat.gid}`;
  if (isSymlink(stat)) return `l ${owner} -> ${readLink(AT.FDCWD, full)}`;
  const attributes = `${(stat.mode & 0o7777).toString(8)} ${owner}`;
  if (isDirectory(stat)) return `d ${attributes}`;
  const linked = stat.linkCount > 1 ? first.get(stat.inode) : undefined;
  if (linked !== undefined) return `h -> ${linked}`;
  first.set(stat.inode, path);
  if (!isRegularFile(stat)) return `p ${attributes}`;
  return `f ${attributes} ${contentOf(full)}`;
}

/** In quotes, if it is short and a text. */
function contentOf(file: string): string {
  const LONGEST = 400;
  const bytes = Deno.readFileSync(file), text = new TextDecoder().decode(bytes);
  if (bytes.length <= LONGEST && !/[\0\ufffd]/.test(text)) return JSON.stringify(text);
  return `${bytes.length} bytes ${createHash("sha256").update(bytes).digest("hex").slice(0, 16)}`;
}

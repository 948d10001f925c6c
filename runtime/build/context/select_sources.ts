/** What the source words of COPY and ADD mean in a tree. */

import { O } from "../../../ffi/constants.ts";
import { DT, readEntries } from "../../../ffi/directory.ts";
import { isErrno } from "../../../ffi/errno.ts";
import { withFd } from "../../../ffi/file.ts";
import { isDirectory, statAt } from "../../../ffi/stat.ts";
import { baseOf, joinPaths } from "../../../storage/layer/name.ts";
import { cleanPath } from "../../../storage/paths.ts";
import { compilePathPattern } from "../../../storage/path_pattern.ts";
import { resolvePath } from "./resolve_path.ts";
import { isExcluded, lookupIn, openSource, SourceNotFoundError } from "./source_lookup.ts";
import type { CopySource, SourceTree } from "./types.ts";

export interface SelectOptions {
  /** --parents: the path is kept, from the root of the tree or from where a `/./` stands in the word. */
  readonly keepsParents?: boolean;
}

/**
 * Finds what one word names: a path, or all that matches the pattern that it is (Go's filepath.Match, and `**` with
 * --parents), in order of their names. A word never leads out of the tree: `..` ends at its root, and symbolic links are
 * followed as if that were `/`. Throws SourceNotFoundError for a path; that a pattern matches nothing is no error.
 */
export function selectSources(
  tree: SourceTree,
  word: string,
  { keepsParents = false }: SelectOptions = {},
): CopySource[] {
  const [start, rest] = splitWord(word, keepsParents);
  const top = resolveSource(tree, start);
  if (!keepsParents && rest.length === 0) return [{ ...top, name: baseOf(start), keepsParents }];
  if (!top.isDirectory) return [];
  const found = expand(tree, top.path, rest);
  if (found.length === 0 && !rest.some(hasWildcard)) {
    throw new SourceNotFoundError(tree, joinPaths(start, rest.join("/")));
  }
  return found.map((path) => sourceAt(tree, path, top.path, keepsParents));
}

/** The part that is a path by itself, and the names after it: from the first pattern on, or with --parents from the pivot on. */
function splitWord(word: string, keepsParents: boolean): [start: string, rest: string[]] {
  if (!keepsParents) {
    const names = cleanPath(word).slice(1).split("/");
    const first = names.findIndex(hasWildcard);
    return first < 0
      ? [names.join("/"), []]
      : [names.slice(0, first).join("/"), names.slice(first)];
  }
  const pivot = word.indexOf("/./");
  const start = pivot < 0 ? "" : cleanPath(word.slice(0, pivot)).slice(1);
  const kept = cleanPath(pivot < 0 ? word : word.slice(pivot + 2)).slice(1);
  return [start, kept === "" ? [] : kept.split("/")];
}

function hasWildcard(name: string): boolean {
  return /^(?:[^\\*?[]|\\.)*[*?[]/su.test(name);
}

function resolveSource(
  tree: SourceTree,
  wanted: string,
): Omit<CopySource, "name" | "keepsParents"> {
  try {
    const { path, stat } = resolvePath(lookupIn(tree), wanted);
    if (stat !== undefined) return { tree, path, isDirectory: isDirectory(stat) };
  } catch (error) {
    if (!isErrno(error, "ENOTDIR")) throw error;
  }
  throw new SourceNotFoundError(tree, wanted);
}

/** A match of a pattern. A symbolic link at its end is followed, but keeps its name. */
function sourceAt(
  tree: SourceTree,
  path: string,
  top: string,
  keepsParents: boolean,
): CopySource {
  if (!keepsParents) return { ...resolveSource(tree, path), name: baseOf(path), keepsParents };
  const fd = openSource(tree, path, O.PATH | O.NOFOLLOW);
  const stat = withFd(fd, () => statAt(fd, ""));
  const name = top === "" ? path : path.slice(top.length + 1);
  return { tree, path, name, isDirectory: isDirectory(stat), keepsParents };
}

/** Paths below a directory that match; what is below a match is not looked at. Symbolic links to directories are not entered. */
function expand(tree: SourceTree, directory: string, patterns: readonly string[]): string[] {
  if (patterns.length === 0) return [directory];
  const [pattern, ...rest] = patterns;
  if (pattern === "**") return expandDeep(tree, directory, rest);
  const matcher = hasWildcard(pattern) ? compilePathPattern(pattern) : undefined;
  const names = namesIn(tree, directory).filter(({ name }) =>
    matcher === undefined ? name === pattern : matcher.test(name)
  );
  return names.flatMap(({ name, isDirectory }) => {
    const path = joinPaths(directory, name);
    if (rest.length === 0) return [path];
    return isDirectory ? expand(tree, path, rest) : [];
  });
}

/** `**`: any number of directories, or none. As the last name it stands for all that is there. */
function expandDeep(tree: SourceTree, directory: string, rest: readonly string[]): string[] {
  if (rest.length === 0) {
    return namesIn(tree, directory).map(({ name }) => joinPaths(directory, name));
  }
  const found = expand(tree, directory, rest);
  const taken = new Set(found);
  const below = namesIn(tree, directory).filter((entry) => entry.isDirectory)
    .map(({ name }) => joinPaths(directory, name))
    .filter((path) => !taken.has(path))
    .flatMap((path) => expandDeep(tree, path, rest));
  return [...new Set([...found, ...below])].sort();
}

function namesIn(tree: SourceTree, path: string): { name: string; isDirectory: boolean }[] {
  return withFd(openSource(tree, path, O.RDONLY | O.DIRECTORY), (fd) => {
    const entries = readEntries(fd).map(({ name, type }) => ({
      name,
      isDirectory: type === DT.UNKNOWN ? isDirectory(statAt(fd, name)) : type === DT.DIR,
    }));
    return entries.filter(({ name, isDirectory }) =>
      !isExcluded(tree, joinPaths(path, name), isDirectory)
    ).sort((a, b) => a.name < b.name ? -1 : 1);
  });
}

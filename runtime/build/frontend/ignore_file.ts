/** .dockerignore: which files of a build context do not belong to it (Docker documentation, Build context). */

import { InvalidError } from "../../../storage/errors.ts";
import { parentOf } from "../../../storage/layer/name.ts";
import { parsePathPattern, type PathPattern } from "./path_pattern.ts";

/** Whether a path, relative to the context, does not belong to it. */
export interface Ignores {
  (path: string): boolean;
  /** Whether something in a directory that does not belong to it may do so; if not, nobody has to look into it. */
  readonly mayIncludeBelow: (directory: string) => boolean;
  readonly patterns: readonly string[];
}

interface Rule {
  readonly pattern: PathPattern;
  /** `!`: what matches belongs to the context after all. */
  readonly isException: boolean;
}

/** Reads the file. Throws InvalidError for a pattern that makes no sense. */
export function parseIgnoreFile(text: string): Ignores {
  const patterns = text.replace(/^\uFEFF/, "").split("\n")
    .filter((line) => !line.startsWith("#")).map((line) => line.trim())
    .filter((line) => line !== "").map(relativePattern);
  return ignoring(patterns);
}

/** A leading slash means the context, as does none. */
function relativePattern(line: string): string {
  const isException = line.startsWith("!");
  if (line === "!") return line;
  const pattern = cleanPath(isException ? line.slice(1).trim() : line);
  const relative = pattern.length > 1 ? pattern.replace(/^\//, "") : pattern;
  return (isException ? "!" : "") + relative;
}

/** The same for patterns from elsewhere (COPY --exclude). The last one that matches a path, or a directory above it, counts. */
export function ignoring(patterns: readonly string[]): Ignores {
  const rules = patterns.map((text) => text.trim()).filter((text) => text !== "").map(parseRule);
  /** The directory that was asked about last: its entries come one after the other. */
  let known = "", decisiveInKnown = -1;
  /** The rule that decides, if one matches: what it says holds for all that is below, too. */
  const decisive = (path: string): number => {
    const own = rules.findLastIndex(({ pattern }) => pattern.matches(path));
    const directory = parentOf(path);
    if (directory === "") return own;
    if (directory !== known) {
      decisiveInKnown = decisive(directory);
      known = directory;
    }
    return Math.max(own, decisiveInKnown);
  };
  const isIgnored = (path: string) => {
    const last = decisive(path);
    return last >= 0 && !rules[last].isException;
  };
  return Object.assign(isIgnored, {
    patterns,
    mayIncludeBelow: (directory: string) =>
      rules.slice(decisive(directory) + 1).some(({ isException, pattern }) =>
        isException && pattern.mayMatchBelow(directory)
      ),
  });
}

function parseRule(text: string): Rule {
  const isException = text.startsWith("!");
  if (text === "!") throw new InvalidError('illegal exclusion pattern: "!"');
  return { pattern: parsePathPattern(cleanPath(isException ? text.slice(1) : text)), isException };
}

/** Without empty parts, `.` and, where it leads up from something, `..` (Go's path.Clean). */
export function cleanPath(path: string): string {
  const isAbsolute = path.startsWith("/"), parts: string[] = [];
  for (const part of path.split("/")) {
    if (part === "" || part === ".") continue;
    if (part !== "..") parts.push(part);
    else if (parts.length > 0 && parts.at(-1) !== "..") parts.pop();
    else if (!isAbsolute) parts.push(part);
  }
  return (isAbsolute ? "/" : "") + parts.join("/") || ".";
}

/** Names in an archive, and where they lead. */

import { ArchiveError } from "./archive_error.ts";

/** Whether a name has an empty component, `.` or `..`. */
const unclean = /(?:^|\/)\.{0,2}(?:\/|$)/;

/**
 * The path below the root that a name of an archive means: without slashes at its ends, without `.` and `..`; empty for
 * the root itself. A leading slash is dropped, and `/..` is the root, as in Go's filepath.Clean. Undefined if a relative
 * name climbs above the root.
 */
export function cleanName(name: string): string | undefined {
  let start = 0, end = name.length;
  if (name.startsWith("./")) start = 2;
  if (end > start && name.endsWith("/")) end--;
  const inner = name.slice(start, end);
  if (inner !== "" && !unclean.test(inner)) return inner;

  const parts: string[] = [], isAbsolute = name.startsWith("/");
  for (const part of name.split("/")) {
    if (part === "" || part === ".") continue;
    if (part !== "..") parts.push(part);
    else if (parts.length > 0) parts.pop();
    else if (!isAbsolute) return undefined;
  }
  return parts.join("/");
}

/** As cleanName, with an error for a name that climbs out. */
export function pathOf(name: string): string {
  const path = cleanName(name);
  if (path === undefined) throw new ArchiveError(`${JSON.stringify(name)} is outside of "/"`);
  return path;
}

/** Everything before the last slash of a clean path; empty if there is none. */
export function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}

/** What follows the last slash. */
export function baseOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

export function joinPaths(parent: string, child: string): string {
  return parent === "" || child === "" ? parent + child : `${parent}/${child}`;
}

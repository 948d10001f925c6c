/** What a container changed: its own diff directory, held against the layers below (docker diff). */

import { AT } from "../../ffi/constants.ts";
import { listNames } from "../../ffi/directory.ts";
import { isDirectory, statAt } from "../../ffi/stat.ts";
import { type Change, differ } from "../change.ts";
import { type Found, isOpaque, isWhiteout, lookupName } from "./lookup.ts";

/** Changes in order of their paths; directories before what is in them. `lower` is topmost first. */
export function listChanges(upper: string, lower: readonly string[]): Change[] {
  const changes: Change[] = [];
  collect(changes, "", upper, lower, false);
  return changes;
}

/** `isNew` says that nothing of the lower directories shows through: `upper`, or a directory that it is in, is opaque. */
function collect(
  changes: Change[],
  path: string,
  upper: string,
  lower: readonly string[],
  isNew: boolean,
): void {
  isNew ||= lower.length > 0 && isOpaque(upper);
  const own = new Set(listNames(upper));
  const hidden = isNew ? namesBelow(lower).filter((name) => !own.has(name)) : [];
  for (const name of [...own, ...hidden].sort()) {
    const here = `${path}/${name}`;
    if (!own.has(name)) {
      changes.push({ path: here, kind: "deleted" });
      continue;
    }
    const found = { path: `${upper}/${name}`, stat: statAt(AT.FDCWD, `${upper}/${name}`) };
    if (isWhiteout(found.stat)) {
      changes.push({ path: here, kind: "deleted" });
      continue;
    }
    const covered = lookupName(lower, name);
    changes.push({ path: here, kind: covered.length === 0 ? "added" : "changed" });
    const count = changes.length;
    if (isDirectory(found.stat)) {
      collect(changes, here, found.path, directoriesAmong(covered), isNew);
    }
    // Some things are copied up without being changed: directories for what is in them, files that were linked or opened.
    const isUnchanged = covered.length > 0 && changes.length === count;
    if (isUnchanged && !differ(found, covered[0])) changes.pop();
  }
}

function directoriesAmong(found: readonly Found[]): string[] {
  return found.filter(({ stat }) => isDirectory(stat)).map(({ path }) => path);
}

/** Names that a directory shows. */
function namesBelow(lower: readonly string[]): string[] {
  const names = new Set(lower.flatMap((directory) => listNames(directory)));
  return [...names].filter((name) => lookupName(lower, name).length > 0);
}

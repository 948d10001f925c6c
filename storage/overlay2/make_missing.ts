/** Making files in an upper directory without mounting it: where the merged view lacks them. */

import { AT } from "../../ffi/constants.ts";
import { changeMode, makeDirectory, readLink, setTimes } from "../../ffi/file.ts";
import { isDirectory, isSymlink, statIfExists } from "../../ffi/stat.ts";
import { InvalidError } from "../errors.ts";
import { writeNewFile } from "../files.ts";
import { type Found, lookup } from "./lookup.ts";
import { giveOwner } from "../owner.ts";

/** As path_resolution(7) has it. */
const MAX_LINKS = 40;

/** What has to be there for a mount to be put on it. */
export interface MountStub {
  /** Absolute, as a process inside will look it up. */
  readonly path: string;
  readonly kind: "directory" | "file";
}

/**
 * Makes a directory, or an empty file, and all directories above it, in the first of a stack of diff directories, unless the
 * stack shows something there already. New directories get this owner; those that lie below keep their own attributes.
 * Returns whether something was made. InvalidError if the way there leads over a file.
 */
export function makeMissing(
  directories: readonly string[],
  { path, kind }: MountStub,
  owner = { uid: 0, gid: 0 },
): boolean {
  const resolved = resolveInStack(directories, path), [own] = directories;
  const existing = lookup(directories, resolved);
  if (existing !== undefined) {
    if (kind === "directory" && !isDirectory(existing.stat)) throw notADirectory(path);
    return false;
  }
  const names = resolved.split("/").filter(Boolean);
  names.forEach((_, i) => {
    const prefix = `/${names.slice(0, i + 1).join("/")}`, isLast = i === names.length - 1;
    const below = lookup(directories, prefix);
    if (below !== undefined && !isDirectory(below.stat)) throw notADirectory(path);
    if (statIfExists(AT.FDCWD, own + prefix)) return;
    if (below !== undefined) makeDirectoryLike(own + prefix, below);
    else {
      if (isLast && kind === "file") writeNewFile(own + prefix, "", { mode: 0o644 });
      else makeDirectory(AT.FDCWD, own + prefix, 0o755);
      giveOwner(AT.FDCWD, own + prefix, owner.uid, owner.gid);
    }
  });
  return true;
}

function notADirectory(path: string): InvalidError {
  return new InvalidError(`mkdir ${path}: not a directory`);
}

/** A directory on top of another is merged with it, and its own attributes are what shows. */
function makeDirectoryLike(path: string, { stat }: Found): void {
  makeDirectory(AT.FDCWD, path, 0o755);
  giveOwner(AT.FDCWD, path, stat.uid, stat.gid);
  changeMode(AT.FDCWD, path, stat.mode & 0o7777);
  setTimes(AT.FDCWD, path, stat.accessed, stat.modified);
}

/** The path without symbolic links, as far as it exists in the merged view; never out of it. */
export function resolveInStack(directories: readonly string[], path: string): string {
  const todo = path.split("/"), done: string[] = [];
  let links = 0;
  for (let name = todo.shift(); name !== undefined; name = todo.shift()) {
    if (name === "" || name === ".") continue;
    if (name === "..") {
      done.pop();
      continue;
    }
    const found = lookup(directories, [...done, name].join("/"));
    if (found === undefined || !isSymlink(found.stat)) {
      done.push(name);
      continue;
    }
    if (++links > MAX_LINKS) throw new InvalidError(`too many levels of symbolic links: ${path}`);
    const target = readLink(AT.FDCWD, found.path);
    if (target.startsWith("/")) done.length = 0;
    todo.unshift(...target.split("/"));
  }
  return `/${done.join("/")}`;
}

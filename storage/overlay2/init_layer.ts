/**
 * The init layer lies between an image and a container's own layer. It holds the mount points for what box mounts into every
 * container (/etc/hosts, /dev, ...), so that they exist as plain files and directories whatever the image has there,
 * and are never committed.
 */

import { AT } from "../../ffi/constants.ts";
import { changeMode, makeDirectory, makeSymlink } from "../../ffi/file.ts";
import { isDirectory } from "../../ffi/stat.ts";
import { writeNewFile } from "../files.ts";
import { type Found, lookup } from "./lookup.ts";
import { giveOwner } from "../owner.ts";

type Content = "directory" | "file" | { linkTo: string };

/** Docker's list (setupInitLayer). Parents come before children. */
const entries: [path: string, content: Content][] = [
  ["dev", "directory"],
  ["dev/pts", "directory"],
  ["dev/shm", "directory"],
  ["dev/console", "file"],
  ["proc", "directory"],
  ["sys", "directory"],
  ["etc", "directory"],
  ["etc/resolv.conf", "file"],
  ["etc/hosts", "file"],
  ["etc/hostname", "file"],
  ["etc/mtab", { linkTo: "/proc/mounts" }],
  [".dockerenv", "file"],
];

/** Fills the first of a stack of directories, which is empty; the others are the image. */
export function fillInitLayer([own, ...image]: readonly string[]): void {
  for (const [path, content] of entries) {
    const below = lookup(image, path), target = `${own}/${path}`;
    if (content === "directory") {
      const isParent = path === "dev" || path === "etc";
      if (isParent || !isDirectoryThere(below)) makeDirectoryLike(target, below);
    } else if (isDirectoryThere(below)) {
      continue; // docker leaves a directory in this place alone, too
    } else if (content === "file") {
      writeNewFile(target, "", { mode: 0o755 });
    } else {
      makeSymlink(content.linkTo, AT.FDCWD, target);
    }
  }
}

function isDirectoryThere(found: Found | undefined): found is Found {
  return found !== undefined && isDirectory(found.stat);
}

/** A directory on top of another takes its place, attributes included; so it gets those of the one it covers. */
function makeDirectoryLike(path: string, below: Found | undefined): void {
  makeDirectory(AT.FDCWD, path, 0o755);
  if (!isDirectoryThere(below)) return;
  giveOwner(AT.FDCWD, path, below.stat.uid, below.stat.gid);
  changeMode(AT.FDCWD, path, below.stat.mode & 0o7777);
}

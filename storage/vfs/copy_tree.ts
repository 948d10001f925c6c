/** Copies of whole trees, with owners, modes, attributes, times, holes and links. */

import { AT, O, S } from "../../ffi/constants.ts";
import { copyContent } from "../../ffi/copy.ts";
import { DT, openDirectory, readEntries } from "../../ffi/directory.ts";
import { isErrno } from "../../ffi/errno.ts";
import {
  changeModeOfFd,
  changeOwnerOfFd,
  close,
  type DirectoryFd,
  makeDirectory,
  makeLink,
  makeNode,
  makeSymlink,
  openAt,
  readLink,
  setTimesOfFd,
  withFd,
} from "../../ffi/file.ts";
import {
  isDirectory,
  isRegularFile,
  isSymlink,
  makeDevice,
  type Stat,
  statAt,
} from "../../ffi/stat.ts";
import { applyToName, readAttributes, setAttributesOfFd } from "../layer/attributes.ts";

/**
 * "share": files of both are the same files, which is right as long as nobody writes to either. "own": each has its files, of
 * which the file system may share the content.
 */
export type CopyMode = "share" | "own";

/** Copies everything in a directory that nobody changes into one that is empty, and what the directory itself is like. */
export function copyTree(from: DirectoryFd, to: DirectoryFd, mode: CopyMode): void {
  new TreeCopy(to, mode).directory(from, to, "");
}

class TreeCopy {
  /** The first copy of each file with several names, by device and inode: where it is below the root. */
  readonly #linked = new Map<string, string>();

  constructor(private readonly root: DirectoryFd, private readonly mode: CopyMode) {}

  directory(from: DirectoryFd, to: DirectoryFd, path: string): void {
    for (const { name, type } of readEntries(from)) {
      if (type === DT.REG && this.mode === "share" && shareFile(from, to, name)) continue;
      this.#entry(from, to, name, `${path}${name}`);
    }
    takeAfter(from, to);
  }

  #entry(from: DirectoryFd, to: DirectoryFd, name: string, path: string): void {
    const stat = statAt(from, name);
    if (isDirectory(stat)) {
      makeDirectory(to, name, 0o700);
      return withFd(
        openDirectory(from, name),
        (below) =>
          withFd(openDirectory(to, name), (copy) => this.directory(below, copy, `${path}/`)),
      );
    }
    const key = stat.linkCount > 1 ? `${stat.device} ${stat.inode}` : undefined;
    const first = key && this.#linked.get(key);
    if (first !== undefined && first !== "") return makeLink(this.root, first, to, name);
    if (isRegularFile(stat)) copyFile(from, to, name, stat);
    else copySpecial(from, to, name, stat);
    if (key !== undefined) this.#linked.set(key, path);
  }
}

/** False where a file cannot have one name more: it has too many, or the host protects it (fs.protected_hardlinks). */
function shareFile(from: DirectoryFd, to: DirectoryFd, name: string): boolean {
  try {
    makeLink(from, name, to, name);
    return true;
  } catch (error) {
    if (isErrno(error, "EMLINK", "EPERM", "EXDEV", "EOPNOTSUPP")) return false;
    throw error;
  }
}

/** Owner, attributes, mode and times, in the order in which none undoes another. */
export function takeAfter(from: number, to: number, stat: Stat = statAt(from, "")): void {
  changeOwnerOfFd(to, stat.uid, stat.gid);
  const attributes = readAttributes(from);
  if (attributes) setAttributesOfFd(to, attributes);
  changeModeOfFd(to, stat.mode & 0o7777);
  setTimesOfFd(to, stat.accessed, stat.modified);
}

function copyFile(from: DirectoryFd, to: DirectoryFd, name: string, stat: Stat): void {
  const source = openAt(from, name, O.RDONLY | O.NOFOLLOW | O.NONBLOCK);
  try {
    const copy = openAt(to, name, O.WRONLY | O.CREAT | O.EXCL | O.NOFOLLOW, 0o600);
    try {
      copyContent(source, copy, stat.size);
      takeAfter(source, copy, stat);
    } finally {
      close(copy);
    }
  } finally {
    close(source);
  }
}

/** Symbolic links, devices, FIFOs and sockets. */
function copySpecial(from: DirectoryFd, to: DirectoryFd, name: string, stat: Stat): void {
  if (isSymlink(stat)) makeSymlink(readLink(from, name), to, name);
  else makeNode(to, name, stat.mode & S.IFMT | 0o600, makeDevice(...stat.nodeDevice));
  applyToName(to, name, { ...stat, type: isSymlink(stat) ? "symlink" : "fifo" }, stat);
}

/** The same of directories by their paths; the copy is made. */
export function copyDirectory(from: string, to: string, mode: CopyMode): void {
  makeDirectory(AT.FDCWD, to, 0o700);
  withFd(
    openDirectory(AT.FDCWD, from),
    (source) => withFd(openDirectory(AT.FDCWD, to), (copy) => copyTree(source, copy, mode)),
  );
}

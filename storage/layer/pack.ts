/** Packs a directory tree into a tar, as docker's commit, export and cp do. */

import { AT, O, S } from "../../ffi/constants.ts";
import { openDirectory, readEntries } from "../../ffi/directory.ts";
import { isErrno } from "../../ffi/errno.ts";
import { close, type DirectoryFd, openAt, read, readLink } from "../../ffi/file.ts";
import { type IdMappings, OVERFLOW_ID, toContainerId } from "../../ffi/idmap.ts";
import { isDirectory, isRegularFile, isSymlink, type Stat, statAt } from "../../ffi/stat.ts";
import { getAttribute } from "../../ffi/xattr.ts";
import { readAttributes } from "./attributes.ts";
import { ChunkBuffer } from "./chunk_buffer.ts";
import { paddingOf } from "./tar/block.ts";
import type { EntryType, TarHeader } from "./tar/header.ts";
import { encodeHeader, END_OF_ARCHIVE_SIZE } from "./tar/writer.ts";
import {
  isWhiteout,
  OPAQUE_MARKER,
  OPAQUE_VALUE,
  opaqueAttribute,
  WHITEOUT_PREFIX,
} from "./whiteout.ts";
import { withNotedOwner } from "../owner.ts";

export interface PackOptions {
  /** "overlay": an upper directory of overlayfs, whose whiteouts become those of a layer. "plain": what is there. */
  readonly form: "overlay" | "plain";
  /** The user namespace as whose ids those of the host are told, if there is one. */
  readonly ids?: IdMappings;
  /** Says which paths go in, relative to what is packed; what is below a directory that does not is left out, too. */
  readonly filter?: (path: string, isDirectory: boolean) => boolean;
  /** Names in a directory, by its path without slash at the end, that get a whiteout. */
  readonly removed?: (path: string) => readonly string[];
  /** Nothing is said to have been modified later: seconds since the epoch. */
  readonly latest?: number;
}

type Chunks = Generator<Uint8Array<ArrayBuffer>>;

/** Everything in a directory, without an entry for itself. A chunk is only good until the next one is asked for. */
export function packTree(directory: DirectoryFd, options: PackOptions): Chunks {
  const packer = new Packer(options);
  return packer.archive(packer.root(directory));
}

/** One name in a directory, with what is below it if it is one itself, under another name: `newName`. */
export function packEntry(
  directory: DirectoryFd,
  name: string,
  newName: string,
  options: PackOptions,
): Chunks {
  const packer = new Packer(options);
  return packer.archive(packer.entry(directory, name, "", newName));
}

/**
 * Walks the tree by descriptors: each name is looked up once, and everything that is said of it comes from the file found then,
 * so that a program that moves things about meanwhile cannot lead the walk elsewhere, or into opening a device.
 */
class Packer {
  readonly #options: PackOptions;
  readonly #output = new ChunkBuffer();
  /** The first name of each file that has several, by device and inode. */
  readonly #linked = new Map<string, string>();

  constructor(options: PackOptions) {
    this.#options = options;
  }

  *archive(content: Chunks): Chunks {
    yield* content;
    this.#output.pad(END_OF_ARCHIVE_SIZE);
    yield this.#output.take();
  }

  /** The caller's descriptor may have been read from; a new one starts at the first name. */
  *root(directory: DirectoryFd): Chunks {
    const fd = openDirectory(directory, ".");
    try {
      yield* this.tree(fd, "", "");
    } finally {
      close(fd);
    }
  }

  /** The entries of a directory, sorted. `path` is its place for the filter, `name` that in the archive; both end with a slash. */
  *tree(directory: DirectoryFd, path: string, name: string): Chunks {
    const removed = new Set(this.#options.removed?.(path.slice(0, -1)));
    const bases = [...readEntries(directory).map((entry) => entry.name), ...removed].sort();
    for (const base of bases) {
      if (!removed.has(base)) yield* this.entry(directory, base, path + base, name + base);
      else this.#put(whiteoutHeader({ ...statAt(directory, ""), uid: 0, gid: 0 }, name + base));
    }
  }

  *entry(directory: DirectoryFd, base: string, path: string, name: string): Chunks {
    let handle: number;
    try {
      handle = openAt(directory, base, O.PATH | O.NOFOLLOW);
    } catch (error) {
      if (isErrno(error, "ENOENT")) return; // removed since the directory was read
      throw error;
    }
    try {
      const stat = this.#told(statAt(handle, ""));
      if (this.#options.filter?.(path, isDirectory(stat)) === false) return;
      if (this.#options.form === "overlay" && isWhiteout(stat)) {
        this.#put(whiteoutHeader(stat, name));
      } else if (isDirectory(stat)) yield* this.#directory(handle, stat, path, name);
      else if (isRegularFile(stat)) yield* this.#file(handle, stat, name);
      else this.#special(handle, stat, name);
    } finally {
      close(handle);
    }
    if (this.#output.isFull) yield this.#output.take();
  }

  /** What the archive says of a file. */
  #told(stat: Stat): Stat {
    const { ids } = this.#options;
    if (ids === undefined) return stat;
    const uid = toContainerId(ids.uidMappings, stat.uid) ?? OVERFLOW_ID;
    return { ...stat, uid, gid: toContainerId(ids.gidMappings, stat.gid) ?? OVERFLOW_ID };
  }

  #put(header: TarHeader): void {
    const { latest } = this.#options;
    if (latest !== undefined && header.modified.seconds >= latest) {
      header.modified = { seconds: latest, nanoseconds: 0 };
    }
    this.#output.append(encodeHeader(header));
  }

  *#directory(handle: number, stat: Stat, path: string, name: string): Chunks {
    const fd = openDirectory(handle, ".");
    try {
      const owned = withNotedOwner(fd, stat), attributes = readAttributes(fd);
      this.#put({ ...headerOf(owned, `${name}/`, "directory"), attributes });
      if (this.#options.form === "overlay" && isOpaque(fd)) this.#put(opaqueHeader(owned, name));
      yield* this.tree(fd, path === "" ? "" : `${path}/`, `${name}/`);
    } finally {
      close(fd);
    }
  }

  *#file(handle: number, stat: Stat, name: string): Chunks {
    const fd = openAt(AT.FDCWD, `/proc/self/fd/${handle}`, O.RDONLY);
    try {
      const header = headerOf(withNotedOwner(fd, stat), name, "file");
      // Readers that give a link its owner take its attributes away by that, and set them again only if they are told.
      header.attributes = readAttributes(fd);
      if (this.#isLinked(stat, header)) return this.#put(header);
      header.size = stat.size;
      this.#put(header);
      yield* this.#content(fd, stat.size);
    } finally {
      close(fd);
    }
  }

  /**
   * As many bytes as the header says: a file that grows meanwhile is cut, one that shrinks is filled up with zeros, as by
   * GNU tar; log files of a running container do both.
   */
  *#content(fd: number, size: number): Chunks {
    const output = this.#output;
    for (let remaining = size; remaining > 0;) {
      if (output.isFull) yield output.take();
      const room = output.room(remaining);
      const length = read(fd, room) || room.fill(0).length;
      output.advance(length);
      remaining -= length;
    }
    output.pad(paddingOf(size));
  }

  /** Symbolic links, devices and FIFOs. Sockets have no place in a tar. */
  #special(handle: number, stat: Stat, name: string): void {
    const type = specialTypes[stat.mode & S.IFMT];
    if (type === undefined) return;
    const header = headerOf(stat, name, type);
    if (isSymlink(stat)) header.linkName = readLink(handle, "");
    if (type === "character" || type === "block") {
      [header.deviceMajor, header.deviceMinor] = stat.nodeDevice;
    }
    this.#isLinked(stat, header);
    this.#put(header);
  }

  /** Makes the header that of a link, if the file is in the archive already under another name. */
  #isLinked(stat: Stat, header: TarHeader): boolean {
    if (stat.linkCount < 2) return false;
    const key = `${stat.device} ${stat.inode}`, first = this.#linked.get(key);
    if (first === undefined) {
      this.#linked.set(key, header.name);
      return false;
    }
    header.type = "link";
    header.linkName = first;
    return true;
  }
}

const specialTypes: Record<number, EntryType> = {
  [S.IFLNK]: "symlink",
  [S.IFCHR]: "character",
  [S.IFBLK]: "block",
  [S.IFIFO]: "fifo",
};

/** Whole seconds only, as docker writes them. */
function headerOf(stat: Stat, name: string, type: EntryType): TarHeader {
  return {
    name,
    type,
    linkName: "",
    mode: stat.mode,
    uid: stat.uid,
    gid: stat.gid,
    size: 0,
    modified: { seconds: stat.modified.seconds, nanoseconds: 0 },
    deviceMajor: 0,
    deviceMinor: 0,
  };
}

/** As docker's: NAME is hidden by an empty file of mode 0600. */
function whiteoutHeader(stat: Stat, name: string): TarHeader {
  const base = name.lastIndexOf("/") + 1;
  const marker = name.slice(0, base) + WHITEOUT_PREFIX + name.slice(base);
  return { ...headerOf(stat, marker, "file"), mode: 0o600 };
}

/** As docker's: of the directory's owner and mode, and of 1970. */
function opaqueHeader(stat: Stat, name: string): TarHeader {
  return {
    ...headerOf(stat, `${name}/${OPAQUE_MARKER}`, "file"),
    mode: stat.mode & 0o777,
    modified: { seconds: 0, nanoseconds: 0 },
  };
}

function isOpaque(fd: number): boolean {
  const value = getAttribute(fd, opaqueAttribute());
  return value?.length === 1 && value[0] === OPAQUE_VALUE[0];
}

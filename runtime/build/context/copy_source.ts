/** Copying one source: what the walk meets is made anew in the upper layer. */

import { O, S } from "../../../ffi/constants.ts";
import {
  changeModeOfFd,
  close,
  type DirectoryFd,
  duplicate,
  makeLink,
  makeNode,
  makeSymlink,
  openAt,
  readLink,
  setTimesOfFd,
  type Time,
  unlink,
  writeAll,
} from "../../../ffi/file.ts";
import { isErrno, SystemError } from "../../../ffi/errno.ts";
import {
  isDirectory,
  isRegularFile,
  isSymlink,
  makeDevice,
  type Stat,
  statIfExists,
} from "../../../ffi/stat.ts";
import { EngineError } from "../../../storage/errors.ts";
import {
  applyToName,
  type Owner,
  readAttributes,
  setAttributesOfFd,
} from "../../../storage/layer/attributes.ts";
import { joinPaths } from "../../../storage/layer/name.ts";
import type { TarHeader } from "../../../storage/layer/tar/header.ts";
import { readSource } from "./read_source.ts";
import { SourceChangedError } from "./source_lookup.ts";
import { closeDirectory, type TargetDirectory, type TargetTree } from "./target_tree.ts";
import type { CopyRequest, CopySource } from "./types.ts";
import type { SourceVisitor } from "./walk.ts";
import { giveOwnerOfFd, withNotedOwner } from "../../../storage/owner.ts";

const NEW_FILE = O.WRONLY | O.CREAT | O.EXCL | O.NOFOLLOW;

/** First places of files with several names, by device and inode: paths below the upper directory. */
export type Linked = Map<string, string>;

/** Makes copies in a directory, and in those below it. To be closed, whatever happens. */
export class SourceCopier implements SourceVisitor {
  /** From the destination down to where the walk is. The first belongs to the caller. */
  readonly #directories: TargetDirectory[];
  readonly #umask = Deno.umask();
  readonly #isRoot: boolean;

  /** `newName` is what a single file is called in the destination. */
  constructor(
    private readonly request: CopyRequest,
    private readonly source: CopySource,
    private readonly target: TargetTree,
    destination: TargetDirectory,
    private readonly linked: Linked,
    private readonly newName: string | undefined,
  ) {
    this.#directories = [destination];
    this.#isRoot = source.tree.ownership === "root";
  }

  close(): void {
    while (this.#directories.length > 1) closeDirectory(this.#directories.pop()!);
  }

  enter(fd: DirectoryFd, name: string, _path: string, stat: Stat): void {
    // What stands for the destination is there already, and keeps its attributes.
    if (name === ".") return void this.#directories.push(duplicateOf(this.#directories[0]));
    const attributes = readAttributes(fd), modified = this.#timeOf(stat);
    const owner = this.#ownerOf(withNotedOwner(fd, stat));
    const wanted = { ...owner, mode: this.#modeOf(stat), attributes, modified };
    this.#directories.push(this.target.overlay(this.#directory, name, wanted));
  }

  leave(): void {
    closeDirectory(this.#directories.pop()!);
  }

  *file(directory: DirectoryFd, base: string, path: string, stat: Stat): Generator<void> {
    const target = this.#directory, name = this.newName ?? base;
    if (target.lower !== undefined) refuseDirectory(target, name, target.lower);
    if (isRegularFile(stat)) {
      if (!this.#link(stat, target, name)) yield* this.#copy(directory, base, path, stat, name);
    } else if (isSymlink(stat)) {
      const link = readLink(directory, base);
      this.#creating(target, name, () => makeSymlink(link, target.fd, name));
      this.#applyToName(target, name, stat, "symlink");
    } else this.#special(stat, target, name);
  }

  get #directory(): TargetDirectory {
    return this.#directories[this.#directories.length - 1];
  }

  #link(stat: Stat, target: TargetDirectory, name: string): boolean {
    if (stat.linkCount < 2) return false;
    const key = `${stat.device} ${stat.inode}`, first = this.linked.get(key);
    const path = joinPaths(target.path, name);
    if (first === undefined) {
      this.linked.set(key, path);
      return false;
    }
    if (first === path) return false;
    this.#creating(target, name, () => makeLink(this.request.upper, first, target.fd, name));
    return true;
  }

  *#copy(
    directory: DirectoryFd,
    base: string,
    path: string,
    stat: Stat,
    name: string,
  ): Generator<void> {
    const { tree } = this.source, { table } = this.request, target = this.#directory;
    // The checksum would not be that of what is copied.
    if (table && table.find(stat) === undefined) {
      throw new SourceChangedError(tree, path, "changed");
    }
    const mode = this.#modeOf(stat);
    const create = () => openAt(target.fd, name, NEW_FILE, mode & 0o777);
    let fd = -1;
    try {
      yield* readSource(
        { tree, directory, name: base, path, stat },
        (chunk) => {
          if (fd < 0) fd = this.#creating(target, name, create);
          this.#named(target, name, () => writeAll(fd, chunk));
        },
        (from) => {
          if (fd < 0) fd = this.#creating(target, name, create);
          this.#applyToFile(from, fd, stat, mode, target.passesOnGroup);
        },
      );
    } finally {
      if (fd >= 0) close(fd);
    }
  }

  /** With no more calls than are needed: a file made by root is root's, and mostly has its mode from the start. */
  #applyToFile(from: number, fd: number, stat: Stat, mode: number, getsGroup: boolean): void {
    const { uid, gid } = this.#ownerOf(withNotedOwner(from, stat));
    const attributes = readAttributes(from);
    if (uid !== 0 || gid !== 0 || getsGroup) giveOwnerOfFd(fd, uid, gid);
    if (attributes) setAttributesOfFd(fd, attributes);
    if ((mode & (0o7000 | this.#umask)) !== 0) changeModeOfFd(fd, mode);
    const modified = this.#timeOf(stat);
    setTimesOfFd(fd, modified, modified);
  }

  /** Devices and FIFOs. Sockets mean nothing without the process that listens on them. */
  #special(stat: Stat, target: TargetDirectory, name: string): void {
    const type = stat.mode & S.IFMT, kind = specialTypes[type];
    if (kind === undefined) return;
    const device = makeDevice(...stat.nodeDevice);
    this.#creating(target, name, () => makeNode(target.fd, name, type | 0o600, device));
    this.#applyToName(target, name, stat, kind);
  }

  #applyToName(target: TargetDirectory, name: string, stat: Stat, type: TarHeader["type"]): void {
    const modified = this.#timeOf(stat), mode = this.#modeOf(stat);
    applyToName(target.fd, name, { type, mode, modified }, this.#ownerOf(stat));
  }

  /** Calls a function that creates a name, and once more if what an earlier source has left there had to go. */
  #creating<T>(target: TargetDirectory, name: string, create: () => T): T {
    return this.#named(target, name, () => {
      try {
        return create();
      } catch (error) {
        if (!isErrno(error, "EEXIST")) throw error;
      }
      refuseDirectory(target, name, target.fd);
      unlink(target.fd, name);
      return create();
    });
  }

  /** An error says which file of the image it is about. */
  #named<T>(target: TargetDirectory, name: string, action: () => T): T {
    try {
      return action();
    } catch (error) {
      if (!(error instanceof SystemError)) throw error;
      const path = `/${joinPaths(target.path, name)}`;
      throw new SystemError(error.operation, path, error.errno);
    }
  }

  #ownerOf(stat: Stat): Owner {
    return this.request.owner ?? (this.#isRoot ? ROOT : stat);
  }

  #modeOf(stat: Stat): number {
    const mode = stat.mode & 0o7777;
    return this.request.mode?.(mode, isDirectory(stat)) ?? mode;
  }

  #timeOf(stat: Stat): Time {
    return this.request.timestamp ?? stat.modified;
  }
}

const ROOT: Owner = { uid: 0, gid: 0 };

const specialTypes: Record<number, TarHeader["type"]> = {
  [S.IFCHR]: "character",
  [S.IFBLK]: "block",
  [S.IFIFO]: "fifo",
};

function refuseDirectory(target: TargetDirectory, name: string, directory: DirectoryFd): void {
  const stat = statIfExists(directory, name);
  if (stat === undefined || !isDirectory(stat)) return;
  const path = joinPaths(target.path, name);
  throw new EngineError(`cannot replace to directory /${path} with file`);
}

function duplicateOf(directory: TargetDirectory): TargetDirectory {
  const { fd, lower } = directory;
  return { ...directory, fd: duplicate(fd), lower: lower && duplicate(lower) };
}

/** What is copied into: the upper directory of an overlay, seen together with the layers below it. */

import { O, RESOLVE } from "../../../ffi/constants.ts";
import { openDirectory } from "../../../ffi/directory.ts";
import { isErrno, SystemError } from "../../../ffi/errno.ts";
import {
  changeModeOfFd,
  close,
  type DirectoryFd,
  makeDirectory,
  openAt,
  openAt2,
  readLink,
  type Time,
  withFd,
} from "../../../ffi/file.ts";
import { type Stat, statAt, statIfExists } from "../../../ffi/stat.ts";
import { EngineError } from "../../../storage/errors.ts";
import {
  type Attributes,
  type Owner,
  readAttributes,
  setAttributesOfFd,
} from "../../../storage/layer/attributes.ts";
import { DirectoryTimes } from "../../../storage/layer/directory_times.ts";
import { joinPaths } from "../../../storage/layer/name.ts";
import { type ResolvedPath, resolvePath } from "./resolve_path.ts";
import { giveOwnerOfFd } from "../../../storage/owner.ts";

const S_ISGID = 0o2000;
const ENOTDIR = 20;

/** What a directory is to have. */
export interface DirectoryAttributes extends Owner {
  /** 12 bits. */
  readonly mode: number;
  readonly attributes?: Attributes;
  /** Undefined for the present. */
  readonly modified?: Time;
}

/** An open directory of the upper layer. */
export interface TargetDirectory {
  readonly fd: DirectoryFd;
  /** Clean, relative, without symbolic links. */
  readonly path: string;
  /** What the layers below have in its place, O_PATH; undefined if that is no directory. */
  readonly lower: DirectoryFd | undefined;
  /** Whether what is made in it gets its group. */
  readonly passesOnGroup: boolean;
}

/**
 * Names are looked up in the upper directory, then below; what is made is made in the upper directory only, as overlayfs would
 * make it. A directory that exists below keeps what it is, unless it is copied over.
 */
export class TargetTree {
  readonly #upper: DirectoryFd;
  readonly #lower: DirectoryFd | undefined;
  readonly #times = new DirectoryTimes();

  constructor(upper: DirectoryFd, lower: DirectoryFd | undefined) {
    this.#upper = upper;
    this.#lower = lower;
  }

  /** Where a path leads, symbolic links followed as if the root were `/`. ENOTDIR for what is on the way and no directory. */
  resolve(path: string): ResolvedPath {
    return resolvePath({
      stat: (path) => this.stat(path),
      readLink: (path) => withFd(this.#find(path)!, (fd) => readLink(fd, "")),
    }, path);
  }

  /** What is at a path without symbolic links. */
  stat(path: string): Stat | undefined {
    const fd = this.#find(path);
    return fd === undefined ? undefined : withFd(fd, () => statAt(fd, ""));
  }

  #find(path: string): number | undefined {
    return openIfExists(this.#upper, path) ??
      (this.#lower === undefined ? undefined : openIfExists(this.#lower, path));
  }

  /**
   * Opens a directory without symbolic links in its path, to be closed by closeDirectory(). Those that are missing are made with
   * mode 0755 and this owner. SystemError ENOTDIR if something else is in the way.
   */
  openDirectory(path: string, owner: Owner, modified: Time | undefined): TargetDirectory {
    let directory = this.#openRoot();
    let at = "";
    for (const name of path === "" ? [] : path.split("/")) {
      at = joinPaths(at, name);
      const parent = directory;
      try {
        // mkdir(2) passes on the bit that passes on the group, and so does docker.
        const mode = 0o755 | (parent.passesOnGroup ? S_ISGID : 0);
        directory = this.#openBelow(parent, name, { ...owner, mode, modified });
      } catch (error) {
        throw isErrno(error, "ENOTDIR") ? new SystemError("mkdir", `/${at}`, ENOTDIR) : error;
      } finally {
        closeDirectory(parent);
      }
    }
    return directory;
  }

  #openRoot(): TargetDirectory {
    return {
      fd: openDirectory(this.#upper, "."),
      path: "",
      lower: this.#lower === undefined ? undefined : openPath(this.#lower, "."),
      passesOnGroup: passesOnGroup(this.#upper),
    };
  }

  /** Opens what is there, or makes it. */
  #openBelow(
    parent: TargetDirectory,
    name: string,
    wanted: DirectoryAttributes,
  ): TargetDirectory {
    const path = joinPaths(parent.path, name);
    const existing = statIfExists(parent.fd, name);
    const lower = openLower(parent, name);
    if (existing !== undefined) {
      const fd = openDirectory(parent.fd, name);
      return { fd, path, lower, passesOnGroup: (existing.mode & S_ISGID) !== 0 };
    }
    return this.#make(parent, name, lower, lower === undefined ? wanted : attributesOf(lower));
  }

  /**
   * Opens a directory that is copied, in one that is open already: what of it is in the layers below shows through, but has the
   * attributes of the copy from now on. EngineError if something else is there.
   */
  overlay(parent: TargetDirectory, name: string, wanted: DirectoryAttributes): TargetDirectory {
    let lower: DirectoryFd | undefined;
    try {
      lower = openLower(parent, name);
      return this.#make(parent, name, lower, wanted);
    } catch (error) {
      if (!isErrno(error, "ENOTDIR")) throw error;
      const path = joinPaths(parent.path, name);
      throw new EngineError(`cannot copy to non-directory: /${path}`);
    }
  }

  #make(
    parent: TargetDirectory,
    name: string,
    lower: DirectoryFd | undefined,
    wanted: DirectoryAttributes,
  ): TargetDirectory {
    const path = joinPaths(parent.path, name), { uid, gid, mode, attributes, modified } = wanted;
    try {
      try {
        makeDirectory(parent.fd, name, 0o700);
      } catch (error) {
        if (!isErrno(error, "EEXIST")) throw error;
      }
      const fd = openDirectory(parent.fd, name);
      try {
        giveOwnerOfFd(fd, uid, gid);
        if (attributes) setAttributesOfFd(fd, attributes);
        changeModeOfFd(fd, mode);
      } catch (error) {
        close(fd);
        throw error;
      }
      if (modified) this.#times.add(path, modified, modified);
      return { fd, path, lower, passesOnGroup: (mode & S_ISGID) !== 0 };
    } catch (error) {
      if (lower !== undefined) close(lower);
      throw error;
    }
  }

  /** Sets the times of all directories, which what was put into them has changed. */
  complete(): void {
    let at = "";
    try {
      this.#times.apply(this.#upper, (path) => at = path);
    } catch (error) {
      if (!(error instanceof SystemError)) throw error;
      throw new SystemError(error.operation, `/${at}`, error.errno);
    }
  }
}

export function closeDirectory({ fd, lower }: TargetDirectory): void {
  close(fd);
  if (lower !== undefined) close(lower);
}

/** Links are resolved by us: one that has appeared since is an error. */
function openIfExists(root: DirectoryFd, path: string): number | undefined {
  try {
    const resolve = RESOLVE.BENEATH | RESOLVE.NO_SYMLINKS;
    return openAt2(root, path || ".", O.PATH | O.NOFOLLOW, resolve);
  } catch (error) {
    if (isErrno(error, "ENOENT", "ENOTDIR")) return undefined;
    throw error;
  }
}

function openPath(directory: DirectoryFd, name: string): DirectoryFd {
  return openAt(directory, name, O.PATH | O.DIRECTORY | O.NOFOLLOW);
}

/** What the layers below have under a name that is to be a directory. ENOTDIR if it is something else. */
function openLower(parent: TargetDirectory, name: string): DirectoryFd | undefined {
  if (parent.lower === undefined) return undefined;
  try {
    return openPath(parent.lower, name);
  } catch (error) {
    if (isErrno(error, "ENOENT")) return undefined;
    throw error;
  }
}

function attributesOf(lower: DirectoryFd): DirectoryAttributes {
  const { uid, gid, mode, modified } = statAt(lower, "");
  const attributes = withFd(openDirectory(lower, "."), readAttributes);
  return { uid, gid, mode: mode & 0o7777, attributes, modified };
}

function passesOnGroup(fd: DirectoryFd): boolean {
  return (statAt(fd, "").mode & S_ISGID) !== 0;
}

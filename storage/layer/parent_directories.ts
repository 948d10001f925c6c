/** The directories that an archive's entries go into, open. */

import { O, RESOLVE } from "../../ffi/constants.ts";
import { openDirectory } from "../../ffi/directory.ts";
import { isErrno } from "../../ffi/errno.ts";
import {
  changeModeOfFd,
  changeOwnerOfFd,
  close,
  type DirectoryFd,
  makeDirectory,
  openAt2,
  withFd,
} from "../../ffi/file.ts";
import { baseOf, parentOf } from "./name.ts";

/** Enough for the depth of real trees; an entry mostly has the parent of the one before. */
const MAX_OPEN = 64;

/** Lets the kernel resolve symbolic links as if `root` were `/`, so that none can lead out of it. */
export function openInRoot(root: DirectoryFd, path: string, flags: number): number {
  return openAt2(root, path === "" ? "." : path, flags, RESOLVE.IN_ROOT | RESOLVE.NO_MAGICLINKS);
}

/** Finds directories below a root by their path there, and remembers the last ones used. */
export class ParentDirectories {
  /** Least recently used first. */
  readonly #open = new Map<string, DirectoryFd>();
  readonly #root: DirectoryFd;
  #lastPath = "";
  #lastFd: DirectoryFd;
  #isStale = false;

  constructor(root: DirectoryFd) {
    this.#root = this.#lastFd = root;
  }

  /**
   * A descriptor (O_PATH) of the directory at this clean path. What is missing on the way is created, as root's and with
   * mode 0755. It stays open until the next is asked for.
   */
  open(path: string): DirectoryFd {
    if (this.#isStale) this.close();
    if (path === this.#lastPath) return this.#lastFd;
    this.#lastFd = path === "" ? this.#root : this.#find(path);
    this.#lastPath = path;
    return this.#lastFd;
  }

  #find(path: string): DirectoryFd {
    let fd = this.#open.get(path);
    if (fd === undefined) {
      fd = this.#resolve(path);
      if (this.#open.size >= MAX_OPEN) this.#closeOldest();
    } else this.#open.delete(path);
    this.#open.set(path, fd);
    return fd;
  }

  #resolve(path: string): DirectoryFd {
    try {
      return openInRoot(this.#root, path, O.PATH | O.DIRECTORY);
    } catch (error) {
      if (!isErrno(error, "ENOENT")) throw error;
    }
    const parent = this.open(parentOf(path)), base = baseOf(path);
    try {
      makeDirectory(parent, base, 0o755);
      withFd(openDirectory(parent, base), (fd) => {
        changeOwnerOfFd(fd, 0, 0); // a parent with the setgid bit would pass on its group
        changeModeOfFd(fd, 0o755); // whatever the umask is
      });
    } catch (error) {
      if (!isErrno(error, "EEXIST")) throw error; // a symbolic link to nowhere: the next call says so
    }
    return openInRoot(this.#root, path, O.PATH | O.DIRECTORY);
  }

  #closeOldest(): void {
    for (const [path, fd] of this.#open) {
      close(fd);
      this.#open.delete(path);
      return;
    }
  }

  /** To be called when a directory or a symbolic link is removed: paths may lead elsewhere now. */
  forget(): void {
    this.#isStale = true;
  }

  close(): void {
    for (const fd of this.#open.values()) close(fd);
    this.#open.clear();
    this.#lastPath = "";
    this.#lastFd = this.#root;
    this.#isStale = false;
  }
}

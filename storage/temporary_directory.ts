/** Private directories of the store for what is needed for a while: an unpacked build context, a download. */

import { AT } from "../ffi/constants.ts";
import { openDirectory, removeTree } from "../ffi/directory.ts";
import { close, type DirectoryFd, makeDirectory } from "../ffi/file.ts";
import { randomId } from "./id.ts";
import { DirectoryLock } from "./lock.ts";
import type { Store } from "./store.ts";

const PREFIX = "build-";

/** tmp/build-*: locked while it is in use, so that one which nobody holds is what a crash left. */
export class TemporaryDirectory implements Disposable {
  private constructor(
    readonly path: string,
    /** Open for reading. */
    readonly fd: DirectoryFd,
    private readonly lock: DirectoryLock,
  ) {}

  static make(store: Store): TemporaryDirectory {
    for (;;) {
      const path = `${store.temporary}/${PREFIX}${randomId().slice(0, 16)}`;
      makeDirectory(AT.FDCWD, path, 0o700);
      const lock = DirectoryLock.tryTake(path);
      if (lock === undefined) continue; // swept away in the moment before it was locked
      return new TemporaryDirectory(path, openDirectory(AT.FDCWD, path), lock);
    }
  }

  [Symbol.dispose](): void {
    close(this.fd);
    removeTree(AT.FDCWD, this.path);
    this.lock[Symbol.dispose]();
  }
}

/** Removes one that nobody holds; what has another name is left alone. */
export function sweepTemporaryDirectory(store: Store, name: string): void {
  if (!/^build-[a-f0-9]{16}$/.test(name)) return;
  const path = `${store.temporary}/${name}`;
  using lock = DirectoryLock.tryTake(path);
  if (lock !== undefined) removeTree(AT.FDCWD, path);
}

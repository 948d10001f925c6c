/** Walking through what is copied, once to compute its checksum and once to copy it. */

import { O } from "../../../ffi/constants.ts";
import { DT, openDirectory, readEntries } from "../../../ffi/directory.ts";
import { isErrno } from "../../../ffi/errno.ts";
import { close, type DirectoryFd } from "../../../ffi/file.ts";
import { isDirectory, type Stat, statAt } from "../../../ffi/stat.ts";
import { baseOf, joinPaths, parentOf } from "../../../storage/layer/name.ts";
import { Exclusion } from "./exclusion.ts";
import { openSource, SourceChangedError } from "./source_lookup.ts";
import type { CopySource, ExcludePredicate } from "./types.ts";

/** Who walks along. A step that takes long is a generator, which yields so that others get their turn. */
export interface SourceVisitor {
  /** A directory, before what is in it; `fd` is open for reading. */
  enter(fd: DirectoryFd, name: string, path: string, stat: Stat): void;
  leave(): void;
  /** Anything but a directory. */
  file(directory: DirectoryFd, name: string, path: string, stat: Stat): Generator<void> | void;
}

/** Entries after which others get their turn: some milliseconds of work. */
const TURN = 256;

/**
 * Walks through a source. Of a directory whose content only is copied, itself is entered under the name `.`; with --parents
 * the directories on the way are entered first. What is excluded is passed over, and a directory that is excluded except for
 * something in it is entered when that something is met. Names are visited in order.
 */
export function* walkSource(
  source: CopySource,
  exclude: ExcludePredicate | undefined,
  visitor: SourceVisitor,
): Generator<void> {
  const walk = new Walk(source, exclude, visitor);
  yield* walk.run();
}

interface Pending {
  readonly fd: DirectoryFd;
  readonly name: string;
  readonly path: string;
  readonly stat: Stat;
}

class Walk {
  readonly #source: CopySource;
  readonly #exclusion: Exclusion;
  readonly #visitor: SourceVisitor;
  /** Directories that are not entered before something in them is. */
  readonly #pending: Pending[] = [];
  #visited = 0;

  constructor(source: CopySource, exclude: ExcludePredicate | undefined, visitor: SourceVisitor) {
    this.#source = source;
    this.#visitor = visitor;
    this.#exclusion = new Exclusion(source, exclude);
  }

  *run(): Generator<void> {
    const { path, isDirectory, keepsParents, name } = this.#source;
    if (!keepsParents) return yield* isDirectory ? this.#top(path) : this.#single(path);
    const depth = name.split("/").length, names = path === "" ? [] : path.split("/");
    const opened: DirectoryFd[] = [];
    try {
      for (let count = names.length - depth + 1; count < names.length; count++) {
        const directory = names.slice(0, count).join("/");
        const fd = this.#open(directory, O.RDONLY | O.DIRECTORY);
        opened.push(fd);
        this.#pending.push({ fd, name: baseOf(directory), path: directory, stat: statAt(fd, "") });
      }
      const entered = opened.length;
      if (path === "") yield* this.#top("");
      else yield* this.#single(path);
      for (let count = this.#pending.length; count < entered; count++) this.#visitor.leave();
      this.#pending.length = 0;
    } finally {
      for (const fd of opened) close(fd);
    }
  }

  #open(path: string, flags: number): DirectoryFd {
    try {
      return openSource(this.#source.tree, path, flags);
    } catch (error) {
      throw this.#explained(error, path);
    }
  }

  *#top(path: string): Generator<void> {
    const fd = this.#open(path, O.RDONLY | O.DIRECTORY);
    try {
      this.#visitor.enter(fd, ".", path, statAt(fd, ""));
      yield* this.#content(fd, path);
      this.#visitor.leave();
    } finally {
      close(fd);
    }
  }

  *#single(path: string): Generator<void> {
    const directory = this.#open(parentOf(path), O.PATH | O.DIRECTORY);
    try {
      yield* this.#entry(directory, baseOf(path), path, DT.UNKNOWN);
    } finally {
      close(directory);
    }
  }

  *#content(fd: DirectoryFd, path: string): Generator<void> {
    const entries = readEntries(fd).sort((a, b) => a.name < b.name ? -1 : 1);
    for (const { name, type } of entries) {
      yield* this.#entry(fd, name, joinPaths(path, name), type);
    }
  }

  *#entry(
    directory: DirectoryFd,
    base: string,
    path: string,
    type: number,
  ): Generator<void> {
    // A file that is left out needs no system call where the directory says that it is a file.
    if (type !== DT.UNKNOWN && this.#exclusion.of(path, type === DT.DIR) === "all") return;
    const stat = this.#stat(directory, base, path);
    const excluded = this.#exclusion.of(path, isDirectory(stat));
    if (excluded === "all") return;
    if (isDirectory(stat)) yield* this.#directory(directory, base, path, stat, excluded);
    else {
      this.#enterPending();
      yield* this.#file(directory, base, path, stat);
    }
    if (++this.#visited % TURN === 0) yield;
  }

  *#file(directory: DirectoryFd, base: string, path: string, stat: Stat): Generator<void> {
    try {
      const work = this.#visitor.file(directory, base, path, stat);
      if (work) yield* work;
    } catch (error) {
      throw this.#explained(error, path);
    }
  }

  #explained(error: unknown, path: string): unknown {
    const { tree } = this.#source;
    if (isErrno(error, "ENOENT", "ESTALE")) return new SourceChangedError(tree, path, "vanished");
    if (isErrno(error, "ENOTDIR", "ELOOP")) return new SourceChangedError(tree, path, "changed");
    return error;
  }

  #stat(directory: DirectoryFd, base: string, path: string): Stat {
    try {
      return statAt(directory, base);
    } catch (error) {
      throw this.#explained(error, path);
    }
  }

  *#directory(
    parent: DirectoryFd,
    base: string,
    path: string,
    stat: Stat,
    excluded: "no" | "itself",
  ): Generator<void> {
    let fd: DirectoryFd;
    try {
      fd = openDirectory(parent, base);
    } catch (error) {
      throw this.#explained(error, path);
    }
    try {
      const depth = this.#pending.length;
      this.#pending.push({ fd, name: base, path, stat });
      if (excluded === "no") this.#enterPending();
      yield* this.#content(fd, path);
      if (this.#pending.length > depth) this.#pending.length = depth;
      else this.#visitor.leave();
    } finally {
      close(fd);
    }
  }

  #enterPending(): void {
    for (const { fd, name, path, stat } of this.#pending) {
      this.#visitor.enter(fd, name, path, stat);
    }
    this.#pending.length = 0;
  }
}

/** Milliseconds that are worked at a stretch. */
const STRETCH = 20;

/** Does all of a generator's steps, and lets others have their turn in between. */
export async function inTurns(steps: Generator<void>): Promise<void> {
  let start = performance.now();
  for (const _ of steps) {
    if (performance.now() - start < STRETCH) continue;
    await new Promise((resolve) => setTimeout(resolve, 0));
    start = performance.now();
  }
}

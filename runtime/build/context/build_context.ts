/** The files that a build may use. */

import { AT, O } from "../../../ffi/constants.ts";
import { isErrno, SystemError } from "../../../ffi/errno.ts";
import { close, openAt, readSmallFile, withFd } from "../../../ffi/file.ts";
import { isDirectory, isRegularFile, type Stat, statAt } from "../../../ffi/stat.ts";
import { EngineError } from "../../../storage/errors.ts";
import type { ByteSource } from "../../../storage/layer/source.ts";
import type { Store } from "../../../storage/store.ts";
import { openInRoot } from "../../sandbox/rootfs.ts";
import type { GitReference } from "./git_url.ts";
import type { ExcludePredicate, SourceTree } from "./types.ts";

/** Bytes of a Dockerfile or .dockerignore; what is larger is none. */
const TEXT_LIMIT = 16 << 20;

export type ContextOrigin =
  | { readonly kind: "directory"; readonly path: string }
  /** A tar, compressed or not. It is unpacked for the time of the build. */
  | { readonly kind: "archive"; readonly bytes: ByteSource }
  /** A commit of a repository, without what git keeps of it. */
  | { readonly kind: "git"; readonly reference: GitReference };

/** A build context, with all its files until it has been told what to leave out. */
export class BuildContext implements SourceTree, Disposable {
  readonly ownership = "root";
  /** Of the root: which checksum table is this context's. */
  readonly stat: Stat;

  private constructor(
    readonly root: number,
    readonly name: string,
    private readonly resources: DisposableStack,
    readonly exclude?: ExcludePredicate,
  ) {
    this.stat = statAt(root, "");
  }

  /** Throws EngineError if there is no such directory, ArchiveError for an archive that is corrupt or tries to get out. */
  static async open(store: Store, origin: ContextOrigin, name = "context"): Promise<BuildContext> {
    using resources = new DisposableStack();
    let root: number;
    if (origin.kind === "directory") {
      root = openContextDirectory(origin.path);
      resources.defer(() => close(root));
    } else if (origin.kind === "git") {
      const { GitCheckout } = await import("./git_source.ts");
      const { reference } = origin;
      const checkout = resources.use(await GitCheckout.fetch(store, reference));
      const opened = root = checkout.openRoot(reference.subdirectory);
      resources.defer(() => close(opened));
    } else {
      const { unpackTemporarily } = await import("./unpack_temporarily.ts");
      root = resources.use(await unpackTemporarily(store, origin.bytes)).fd;
    }
    return new BuildContext(root, name, resources.move());
  }

  /** The same tree without what .dockerignore names. The receiver is still the one to be disposed of. */
  excluding(exclude: ExcludePredicate): SourceTree {
    return { root: this.root, name: this.name, ownership: this.ownership, exclude };
  }

  /** The text of a file that the build itself reads, be it excluded or not; undefined if there is none. It cannot lie outside. */
  readText(path: string): string | undefined {
    let fd: number;
    try {
      fd = openInRoot(this.root, path, O.RDONLY | O.NONBLOCK | O.NOCTTY);
    } catch (error) {
      if (isErrno(error, "ENOENT", "ENOTDIR")) return undefined;
      throw error;
    }
    return withFd(fd, () => {
      const stat = statAt(fd, "");
      if (!isRegularFile(stat)) {
        const what = isDirectory(stat) ? "is a directory" : "is not a regular file";
        throw new EngineError(`failed to read ${path}: ${what}`);
      }
      if (stat.size > TEXT_LIMIT) {
        throw new EngineError(`failed to read ${path}: larger than 16 MiB`);
      }
      return new TextDecoder().decode(readSmallFile(fd, TEXT_LIMIT));
    });
  }

  [Symbol.dispose](): void {
    this.resources.dispose();
  }
}

function openContextDirectory(path: string): number {
  try {
    return openAt(AT.FDCWD, path, O.RDONLY | O.DIRECTORY);
  } catch (error) {
    if (isErrno(error, "ENOENT")) {
      throw new EngineError(`unable to prepare context: path ${JSON.stringify(path)} not found`);
    }
    if (!(error instanceof SystemError)) throw error;
    throw new EngineError(`unable to prepare context: ${path}: ${(error as SystemError).reason}`);
  }
}

/** An archive of images whose files lie in a directory: an OCI layout as skopeo, podman or box write it, or an unpacked archive. */

import { AT, O, RESOLVE } from "../../ffi/constants.ts";
import { openDirectory } from "../../ffi/directory.ts";
import { isErrno } from "../../ffi/errno.ts";
import { close, type DirectoryFd, openAt2, readSmallFile, withFd } from "../../ffi/file.ts";
import { isRegularFile, statAt } from "../../ffi/stat.ts";
import { InvalidError } from "../errors.ts";
import { type ByteSource, fileSource } from "../layer/source.ts";
import type { Store } from "../store.ts";
import {
  algorithmFor,
  DOCUMENT_LIMIT,
  type ImageArchive,
  missingFile,
  shown,
  type WatchLayer,
} from "./image_archive.ts";
import { type UnpackedLayer, unpackLayer } from "./unpacked_layer.ts";

/** Links are followed as if the directory were `/`: whoever made it cannot have other files read. */
export class DirectoryArchive implements ImageArchive {
  private readonly root: DirectoryFd;

  /** Throws SystemError if there is no such directory. */
  constructor(
    private readonly store: Store,
    path: string,
    private readonly watch?: WatchLayer,
  ) {
    this.root = openDirectory(AT.FDCWD, path);
  }

  // deno-lint-ignore require-await -- the interface's promise
  async read(name: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const fd = this.open(name);
    if (fd === undefined) return undefined;
    return withFd(fd, () => {
      if (statAt(fd, "").size > DOCUMENT_LIMIT) {
        throw new InvalidError(`${shown(name)} is no document of at most 4 MiB`);
      }
      return readSmallFile(fd, DOCUMENT_LIMIT);
    });
  }

  async takeLayer(name: string): Promise<UnpackedLayer> {
    const fd = this.open(name);
    if (fd === undefined) throw missingFile(name);
    try {
      const source = fileSource(fd), { size } = statAt(fd, "");
      const watched = this.watch?.(name, size, source) ?? source;
      return await unpackLayer(this.store, watched, algorithmFor(name));
    } finally {
      close(fd);
    }
  }

  /** The bytes of a file. */
  async *content(name: string): ByteSource {
    const fd = this.open(name);
    if (fd === undefined) throw missingFile(name);
    try {
      yield* fileSource(fd);
    } finally {
      close(fd);
    }
  }

  /** Undefined if there is no file of this name. */
  private open(name: string): number | undefined {
    const flags = O.RDONLY | O.NONBLOCK | O.NOCTTY;
    let fd: number;
    try {
      fd = openAt2(this.root, name, flags, RESOLVE.IN_ROOT | RESOLVE.NO_MAGICLINKS);
    } catch (error) {
      if (isErrno(error, "ENOENT", "ENOTDIR")) return undefined;
      throw error;
    }
    if (isRegularFile(statAt(fd, ""))) return fd;
    close(fd);
    throw new InvalidError(`${shown(name)} is not a regular file`);
  }

  [Symbol.dispose](): void {
    close(this.root);
  }
}

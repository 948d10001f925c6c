/** The content of a regular file as an archive brings it: in pieces, and without the holes of a sparse one. */

import { close, seek, setSizeOfFd, writeAll } from "../../ffi/file.ts";
import { applyToFd, type Owner } from "./attributes.ts";
import type { TarHeader } from "./tar/header.ts";

/** A file that is being written. */
export class FileContent {
  /** In a sparse file: the fragment that is written, and how much of it is. */
  #fragment = 0;
  #written = 0;

  /** The descriptor is closed with this. */
  constructor(private readonly fd: number, private readonly header: TarHeader) {}

  write(bytes: Uint8Array<ArrayBuffer>): void {
    if (this.header.sparse === undefined) writeAll(this.fd, bytes);
    else this.#writeFragments(bytes, this.header.sparse);
  }

  /** Gives the file, which has its content, what else the archive says of it. */
  complete(owner: Owner): void {
    if (this.header.sparse !== undefined) setSizeOfFd(this.fd, this.header.size);
    applyToFd(this.fd, this.header, owner);
  }

  [Symbol.dispose](): void {
    close(this.fd);
  }

  #writeFragments(
    bytes: Uint8Array<ArrayBuffer>,
    fragments: NonNullable<TarHeader["sparse"]>,
  ): void {
    for (let rest = bytes; rest.length > 0;) {
      const { offset, length } = fragments[this.#fragment];
      const part = rest.subarray(0, length - this.#written);
      if (this.#written === 0) seek(this.fd, offset);
      writeAll(this.fd, part);
      this.#written += part.length;
      rest = rest.subarray(part.length);
      if (this.#written < length) continue;
      this.#fragment++;
      this.#written = 0;
    }
  }
}

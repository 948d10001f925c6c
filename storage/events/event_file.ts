/** One file of the log of events, read line by line while others append to it. */

import { AT, O } from "../../ffi/constants.ts";
import { isErrno } from "../../ffi/errno.ts";
import { close, openAt, pread } from "../../ffi/file.ts";
import { statAt } from "../../ffi/stat.ts";

const CHUNK = 1 << 16;

export class EventFile implements Disposable {
  private position = 0;
  /** The beginning of a line whose end is not there yet. */
  private rest = "";
  private decoder = new TextDecoder();

  private constructor(private readonly fd: number, readonly inode: bigint) {}

  /** Undefined if there is none of this name. */
  static open(path: string): EventFile | undefined {
    try {
      const fd = openAt(AT.FDCWD, path, O.RDONLY);
      return new EventFile(fd, statAt(fd, "").inode);
    } catch (error) {
      if (isErrno(error, "ENOENT", "ENOTDIR")) return undefined;
      throw error;
    }
  }

  /** Goes to the end: what is there now is not wanted. */
  skip(): void {
    this.position = statAt(this.fd, "").size;
  }

  /** Lines that were not read before. */
  *read(): Generator<string> {
    if (statAt(this.fd, "").size < this.position) this.startAgain();
    const buffer = new Uint8Array(CHUNK);
    for (let length; (length = pread(this.fd, buffer, this.position)) > 0;) {
      this.position += length;
      const text = this.decoder.decode(buffer.subarray(0, length), { stream: true });
      const lines = (this.rest + text).split("\n");
      this.rest = lines.pop()!;
      yield* lines;
    }
  }

  [Symbol.dispose](): void {
    close(this.fd);
  }

  /** Somebody emptied the file. */
  private startAgain(): void {
    this.position = 0;
    this.rest = "";
    this.decoder = new TextDecoder();
  }
}

/** One stream of a container on its way into the log: see journal.ts. */

import { isErrno } from "../../../ffi/errno.ts";
import { close, pread } from "../../../ffi/file.ts";
import { punchHole } from "../../../ffi/memory_file.ts";
import { spliceToFile, spliceToPipe } from "../../../ffi/splice.ts";
import { statAt } from "../../../ffi/stat.ts";
import { JOURNAL_SIZE } from "./journal.ts";

/** Bytes that are moved at once: what a pipe holds. */
const AT_ONCE = 65536;

/** Memory comes in pieces of this size, bytes. */
const PAGE = 4096;

export class Spool {
  /** Bytes of the stream that are in the spool, or were. */
  private length: number;
  /** Bytes of the stream whose memory was given back. */
  private released: number;

  /**
   * Owns the spool's file, and the pipe between it and a terminal, since a terminal's output cannot be moved into a file at once.
   * Goes on after so many bytes of the stream, which are in the log.
   */
  constructor(
    private readonly file: number,
    private readonly terminalPipe: number | undefined,
    private position: number,
  ) {
    this.length = Math.max(0, statAt(file, "").size - JOURNAL_SIZE);
    this.released = position - position % PAGE;
    this.fetchFromPipe(); // what was on its way when the last one was killed
  }

  /** Whether there is something that the last one has not written down. */
  get hasRest(): boolean {
    return this.position < this.length;
  }

  /** Takes what comes next out of the spool, or the pipe or terminal before it; 0 at the end. */
  read(source: number, buffer: Uint8Array<ArrayBuffer>): number {
    if (!this.hasRest) this.fetch(source);
    const room = Math.min(buffer.length, this.length - this.position);
    if (room === 0) return 0;
    const length = pread(this.file, buffer.subarray(0, room), JOURNAL_SIZE + this.position);
    this.position += length;
    return length;
  }

  /** Gives the memory of what is in the log back: of so many bytes from the beginning. */
  release(recorded: number): void {
    const length = recorded - recorded % PAGE - this.released;
    if (length <= 0) return;
    punchHole(this.file, JOURNAL_SIZE + this.released, length);
    this.released += length;
  }

  close(): void {
    close(this.file);
    if (this.terminalPipe !== undefined) close(this.terminalPipe);
  }

  private fetch(source: number): void {
    if (this.terminalPipe === undefined) {
      this.length += spliceToFile(source, this.file, JOURNAL_SIZE + this.length, AT_ONCE);
      return;
    }
    try {
      spliceToPipe(source, this.terminalPipe, AT_ONCE);
    } catch (error) {
      if (!isErrno(error, "EIO")) throw error; // how a terminal shows its end
    }
    this.fetchFromPipe();
  }

  private fetchFromPipe(): void {
    const { terminalPipe } = this;
    if (terminalPipe === undefined) return;
    for (let moved = -1; moved !== 0; this.length += moved) {
      moved = spliceToFile(terminalPipe, this.file, JOURNAL_SIZE + this.length, AT_ONCE, false);
    }
  }
}

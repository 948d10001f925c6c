/** One file of a json-file log, read from the front or from the back. */

import { close, pread } from "../../../ffi/file.ts";
import { statAt } from "../../../ffi/stat.ts";
import { LogRecord } from "./record.ts";
import { openForReading } from "./rotation.ts";

const NEWLINE = 10;

/** No record is as long as this; what is has lost its newline. Bytes. */
const LONGEST_LINE = 64 << 20;

/** One for all files: nothing stays in them from one call to the next. */
let buffer = new Uint8Array(256 << 10);
const record = new LogRecord();

/** Takes a record, which is only valid during the call; false ends the reading. */
export type RecordReceiver = (record: LogRecord) => boolean;

export class LogFile {
  /** Where the next record begins. */
  position = 0;

  private constructor(private readonly fd: number, readonly inode: bigint) {}

  /** A file of a log by its number, or undefined if there is none. */
  static open(path: string, number: number): LogFile | undefined {
    const fd = openForReading(path, number);
    return fd === undefined ? undefined : new LogFile(fd, statAt(fd, "").inode);
  }

  [Symbol.dispose](): void {
    close(this.fd);
  }

  /** Reads the records that are there now; a last line without its newline is none yet. False if the receiver has ended it. */
  read(receive: RecordReceiver): boolean {
    for (;;) {
      const length = pread(this.fd, buffer, this.position);
      const taken = takeLines(buffer.subarray(0, length), receive);
      if (taken < 0) return false;
      this.position += taken;
      if (length < buffer.length) return true;
      if (taken === 0) this.makeRoom();
    }
  }

  /** A line that is longer than the buffer gets a larger one, within reason. */
  private makeRoom(): void {
    const { length } = buffer;
    if (length < LONGEST_LINE) buffer = new Uint8Array(length * 4);
    else this.position += length;
  }

  /**
   * Goes back to where the last `count` whole records begin, reading the file from its end. Returns how many there are: fewer if
   * the file has no more.
   */
  seekToLast(count: number): number {
    let newlines = 0;
    for (let end = statAt(this.fd, "").size; end > 0;) {
      const start = Math.max(0, end - buffer.length);
      const length = pread(this.fd, buffer.subarray(0, end - start), start);
      for (let at = length; (at = buffer.subarray(0, at).lastIndexOf(NEWLINE)) >= 0;) {
        // The first one that is met ends the last record.
        if (newlines++ < count) continue;
        this.position = start + at + 1;
        return count;
      }
      end = start;
    }
    this.position = 0;
    return newlines;
  }
}

/** Passes on all whole lines; returns how many bytes they are, or -1 if the receiver has ended it. */
function takeLines(block: Uint8Array, receive: RecordReceiver): number {
  for (let start = 0;;) {
    const end = block.indexOf(NEWLINE, start);
    if (end < 0) return start;
    if (record.view(block, start, end) && !receive(record)) return -1;
    start = end + 1;
  }
}

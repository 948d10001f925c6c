/**
 * Lines whose ends have not come yet. They are no records so far, but nothing that a container wrote may be lost with the process
 * that has read it: they are kept in a file beside the log, from which the next writer takes them.
 */

import { AT, O } from "../../../ffi/constants.ts";
import { SystemError } from "../../../ffi/errno.ts";
import { close, openAt, seek, writeAll } from "../../../ffi/file.ts";
import { readBytesIfExists, unlinkIfExists } from "../../../storage/files.ts";
import type { StreamName } from "../streams.ts";

/** Bytes of a line that one record takes at most. */
export const LONGEST_TEXT = 16384;

const NEWLINE = 10;

/** The beginning of a line. */
export class PartialLine {
  /** Has room for a whole record once there is something in it. */
  bytes: Uint8Array<ArrayBuffer> = new Uint8Array();
  length = 0;

  /** Adds what belongs to the line and has room; returns how many bytes that is. */
  take(bytes: Uint8Array): number {
    if (this.bytes.length === 0) this.bytes = new Uint8Array(LONGEST_TEXT);
    const newline = bytes.indexOf(NEWLINE);
    const end = newline < 0 ? bytes.length : newline + 1;
    const taken = Math.min(end, LONGEST_TEXT - this.length);
    this.bytes.set(bytes.subarray(0, taken), this.length);
    this.length += taken;
    return taken;
  }

  /** Takes away what a record has taken. */
  drop(length: number): void {
    this.bytes.copyWithin(0, length, this.length);
    this.length -= length;
  }
}

/** Where a log's whole records end: what lines are kept with, so that they are not taken again when they have become records. */
export interface LogEnd {
  readonly inode: bigint;
  readonly size: number;
}

/** Inode and size of the log (64 bits each), then how many bytes of stdout and stderr follow (32 bits each). */
const HEADER_SIZE = 24;

/** What is written to a file, or was read from one; all share it. */
const file = new Uint8Array(HEADER_SIZE + 2 * LONGEST_TEXT);
const view = new DataView(file.buffer);

export class PartialLines implements Readonly<Record<StreamName, PartialLine>> {
  readonly stdout: PartialLine = new PartialLine();
  readonly stderr: PartialLine = new PartialLine();
  private fd: number | undefined;

  /** Takes up what was kept at this end of the log. */
  constructor(private readonly path: string, end: LogEnd) {
    const kept = readBytesIfExists(path) ?? new Uint8Array(), { length } = kept;
    if (length > file.length) return;
    file.set(kept);
    if (length < HEADER_SIZE) return;
    const stdout = view.getUint32(16), stderr = view.getUint32(20);
    if (view.getBigUint64(0) !== end.inode || view.getBigUint64(8) !== BigInt(end.size)) return;
    if (Math.max(stdout, stderr) > LONGEST_TEXT || length < HEADER_SIZE + stdout + stderr) return;
    this.stdout.take(file.subarray(HEADER_SIZE, HEADER_SIZE + stdout));
    this.stderr.take(file.subarray(HEADER_SIZE + stdout, HEADER_SIZE + stdout + stderr));
  }

  /** Keeps the lines; after the records before them are written. */
  keep({ inode, size }: LogEnd): void {
    const { stdout, stderr } = this, length = stdout.length + stderr.length;
    if (length === 0) return; // what the file has belongs to another end of the log
    view.setBigUint64(0, inode);
    view.setBigUint64(8, BigInt(size));
    view.setUint32(16, stdout.length);
    view.setUint32(20, stderr.length);
    file.set(stdout.bytes.subarray(0, stdout.length), HEADER_SIZE);
    file.set(stderr.bytes.subarray(0, stderr.length), HEADER_SIZE + stdout.length);
    try {
      this.fd ??= openAt(AT.FDCWD, this.path, O.WRONLY | O.CREAT, 0o640);
      seek(this.fd, 0);
      writeAll(this.fd, file.subarray(0, HEADER_SIZE + length));
    } catch (error) {
      if (!(error instanceof SystemError)) throw error; // a full disk: they are only lost if this process is killed
    }
  }

  close(): void {
    if (this.fd !== undefined) close(this.fd);
  }

  /** Removes the file, when all lines have become records. */
  remove(): void {
    unlinkIfExists(this.path);
  }
}

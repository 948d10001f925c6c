/**
 * The json-file log: a JSON object a line, `{"log":"text\n","stream":"stdout","time":"..."}`, as docker writes it. A line that is
 * longer than LONGEST_TEXT goes on in the next record; one without a newline at its end waits for more.
 */

import { AT, O } from "../../../ffi/constants.ts";
import { SystemError } from "../../../ffi/errno.ts";
import { close, openAt, rename, setSizeOfFd, writeAll } from "../../../ffi/file.ts";
import { statAt } from "../../../ffi/stat.ts";
import { goJson } from "../../../storage/json.ts";
import { now } from "../../../storage/time.ts";
import type { Attributes } from "./attributes.ts";
import type { StreamName } from "../streams.ts";
import type { ContainerLog } from "./container_log.ts";
import { escapeLine, LONGEST_ESCAPE, written } from "./json_text.ts";
import type { JsonFileBounds } from "./options.ts";
import type { LogEnd, LogJournal, Positions } from "./journal.ts";
import { addRecords, endOfRecords } from "./interrupted.ts";
import { LONGEST_TEXT, PartialLine } from "./partial_line.ts";
import { putAside } from "./rotation.ts";

export interface JsonFileSettings extends JsonFileBounds {
  /** Put into every record, if there are any. */
  readonly attributes: Attributes;
}

const encoder = new TextEncoder();
const HEAD = encoder.encode('{"log":"');

/** Room for the records of one read of a pipe, if they are not very short. */
const BUFFER_SIZE = 512 << 10;

/** Records on their way into a file. All logs share it: each has flushed what it adds by the time it returns. */
let buffer = new Uint8Array(BUFFER_SIZE);

export class JsonFileLog implements ContainerLog {
  failure: SystemError | undefined;
  private fd: number;
  /** Bytes in the file: whole records only. */
  private size: number;
  /** Bytes of whole records in the buffer. */
  private length = 0;
  private inode: bigint;
  private readonly partial = { stdout: new PartialLine(), stderr: new PartialLine() };
  private readonly attributes: string;
  /** Bytes of each stream that have become records: what is written next is what follows them. */
  readonly recorded: Positions = { stdout: 0, stderr: 0 };

  /** With a journal it goes on where the last writer has stopped, in whatever it was interrupted. */
  constructor(
    readonly path: string,
    private readonly settings: JsonFileSettings,
    private readonly journal?: LogJournal,
  ) {
    const { attributes } = settings;
    this.attributes = Object.keys(attributes).length > 0 ? `"attrs":${goJson(attributes)},` : "";
    const room = BUFFER_SIZE + this.attributes.length * 3;
    if (buffer.length < room) buffer = new Uint8Array(room);
    this.fd = openLogFile(path);
    const { inode, size } = statAt(this.fd, "");
    this.inode = inode;
    this.size = endOfRecords(this.fd, size);
    if (this.size < size) setSizeOfFd(this.fd, this.size);
    if (journal !== undefined) this.resume(journal);
  }

  private resume(journal: LogJournal): void {
    const noted = journal.read();
    if (noted !== undefined) {
      const { end: { inode, size }, recorded } = noted;
      Object.assign(this.recorded, recorded);
      // Each rotation is noted before it happens: another file has only what came after.
      addRecords(this.path, inode === this.inode ? size : 0, this.recorded);
    }
    journal.write(this.end, this.recorded);
  }

  /** Never throws for what the file system refuses: see `failure`. */
  write(stream: StreamName, bytes: Uint8Array): void {
    const tail = this.tail(stream), partial = this.partial[stream];
    let start = 0;
    while (partial.length > 0 && start < bytes.length) {
      start += partial.take(bytes.subarray(start));
      const end = this.record(partial.bytes, 0, partial.length, tail);
      if (end === 0) continue;
      partial.drop(end);
      this.recorded[stream] += end;
    }
    while (start < bytes.length) {
      const end = this.record(bytes, start, bytes.length, tail);
      if (end === start) break;
      this.recorded[stream] += end - start;
      start = end;
    }
    if (start < bytes.length) partial.take(bytes.subarray(start));
    this.flush();
    this.journal?.write(this.end, this.recorded);
  }

  /** What whole records there are. */
  private get end(): LogEnd {
    return { inode: this.inode, size: this.size };
  }

  release(): void {
    close(this.fd);
  }

  close(): void {
    for (const stream of ["stdout", "stderr"] as const) {
      const { bytes, length } = this.partial[stream], tail = this.tail(stream);
      for (let start = 0; start < length;) start = this.record(bytes, start, length, tail, true);
      this.recorded[stream] += length;
    }
    this.flush();
    this.journal?.write(this.end, this.recorded);
    this.release();
  }

  /** What follows a record's text. */
  private tail(stream: StreamName): Uint8Array {
    return encoder.encode(`","stream":"${stream}",${this.attributes}"time":"${now()}"}\n`);
  }

  /**
   * Adds a record of what begins at `start`, if that is a whole line, as much as a record takes, or `all` that there will be.
   * Returns where the next one begins.
   */
  private record(
    source: Uint8Array,
    start: number,
    end: number,
    tail: Uint8Array,
    all = false,
  ): number {
    const limit = Math.min(end, start + LONGEST_TEXT);
    const room = HEAD.length + (limit - start) * LONGEST_ESCAPE + tail.length;
    if (this.length + room > buffer.length) this.flush();
    if (this.size + this.length >= this.settings.maxSize) {
      this.flush();
      this.rotate();
    }
    buffer.set(HEAD, this.length);
    const at = this.length + HEAD.length;
    const ended = escapeLine(source, start, limit, buffer, at, !all);
    if (!ended && !all && limit - start < LONGEST_TEXT) return start;
    buffer.set(tail, written.target);
    this.length = written.target + tail.length;
    return written.source;
  }

  /** Writes whole records at once, or none of them: half of one would spoil the next. */
  private flush(): void {
    if (this.length === 0) return;
    try {
      writeAll(this.fd, buffer.subarray(0, this.length));
      this.size += this.length;
    } catch (error) {
      this.note("write", error);
      setSizeOfFd(this.fd, this.size);
    }
    this.length = 0;
  }

  /** Goes on in a new file; in the old one if that cannot be made. */
  private rotate(): void {
    if (this.size < this.settings.maxSize) return; // what was to be written there failed
    this.journal?.write(this.end, this.recorded);
    try {
      const next = `${this.path}.next`, fd = openLogFile(next, O.TRUNC);
      putAside(this.path, this.settings.maxFiles);
      rename(AT.FDCWD, next, AT.FDCWD, this.path);
      close(this.fd);
      this.fd = fd;
      this.inode = statAt(fd, "").inode;
      this.size = 0;
    } catch (error) {
      this.note("rotate", error);
    }
  }

  private note(operation: string, error: unknown): void {
    if (!(error instanceof SystemError)) throw error;
    this.failure ??= new SystemError(operation, this.path, error.errno);
  }
}

function openLogFile(path: string, flags = 0): number {
  return openAt(AT.FDCWD, path, O.RDWR | O.CREAT | O.APPEND | flags, 0o640);
}

/** Reading the log of events over its files, while a writer may put one aside at any moment. */

import { AT } from "../../ffi/constants.ts";
import { statIfExists } from "../../ffi/stat.ts";
import type { Store } from "../store.ts";
import { EventFile } from "./event_file.ts";
import { type EventMessage, parseEvent, timeOfLine } from "./message.ts";

/** Nanoseconds since the epoch, both included. */
export interface TimeRange {
  readonly since?: bigint;
  readonly until?: bigint;
}

export class EventReader implements Disposable {
  /** The oldest first; what was put aside is held open until the next file is, since writers may be late. */
  private files: EventFile[] = [];

  constructor(private readonly store: Store) {}

  /** Passes over all events so far. */
  skip(): void {
    this.openNew();
    for (const file of this.files) file.skip();
  }

  /** Events that were appended since the last time, within a range of time. What is damaged is left out. */
  *read({ since, until }: TimeRange): Generator<EventMessage> {
    this.openNew();
    for (const file of this.files) {
      for (const line of file.read()) {
        const time = timeOfLine(line);
        if (time === undefined || time < (since ?? time) || time > (until ?? time)) continue;
        const event = parseEvent(line);
        if (event) yield event;
      }
    }
    for (const file of this.files.splice(0, this.files.length - 2)) file[Symbol.dispose]();
  }

  [Symbol.dispose](): void {
    for (const file of this.files.splice(0)) file[Symbol.dispose]();
  }

  /** Opens the files that are not open yet. One keeps its inode number when it is put aside, and as long as it is open. */
  private openNew(): void {
    for (;;) {
      const current = EventFile.open(this.store.eventLog);
      const older = this.isOpen(current) ? undefined : EventFile.open(this.store.olderEventLog);
      // Put aside between the two? Then there may be a third one.
      const isCurrent = inodeOf(this.store.eventLog) === current?.inode;
      for (const file of [older, current]) {
        if (file === undefined) continue;
        if (isCurrent && !this.isOpen(file)) this.files.push(file);
        else file[Symbol.dispose]();
      }
      if (isCurrent) return;
    }
  }

  private isOpen(file: EventFile | undefined): boolean {
    return this.files.some(({ inode }) => inode === file?.inode);
  }
}

function inodeOf(path: string): bigint | undefined {
  return statIfExists(AT.FDCWD, path)?.inode;
}

/**
 * The log of events: events/log in the store, and events/log.1 with the older ones. Any process appends at any time, with one
 * write(2) each, which O_APPEND keeps in one piece; nobody reads or waits for it.
 */

import { AT, O } from "../../ffi/constants.ts";
import { isErrno, SystemError } from "../../ffi/errno.ts";
import { close, openAt, rename, writeAll } from "../../ffi/file.ts";
import { statAt, statIfExists } from "../../ffi/stat.ts";
import { ensureDirectory } from "../files.ts";
import { DirectoryLock } from "../lock.ts";
import type { Store } from "../store.ts";
import { clock } from "../time.ts";
import { encodeEvent, type NewEvent } from "./message.ts";

/** A file of this many bytes is put aside, so that the events take twice as much at most: some 20,000 of them. */
export const EVENT_FILE_LIMIT = 4 << 20;

const encoder = new TextEncoder();

/** Notes that something has happened, now. What was done is done: that it cannot be noted (a full disk) is no error. */
export function appendEvent(store: Store, event: NewEvent, limit = EVENT_FILE_LIMIT): void {
  try {
    const { seconds, nanoseconds } = clock();
    const fd = openForAppending(store, limit);
    try {
      writeAll(fd, encoder.encode(encodeEvent(event, seconds, nanoseconds)));
    } finally {
      close(fd);
    }
  } catch (error) {
    if (!(error instanceof SystemError)) throw error;
  }
}

function openForAppending(store: Store, limit: number): number {
  const fd = openLog(store);
  if (statAt(fd, "").size < limit) return fd;
  // Whoever opened the file before writes to it still: readers look at both files for that reason.
  if (!putAside(store, limit)) return fd;
  close(fd);
  return openLog(store);
}

function openLog(store: Store): number {
  const open = () => openAt(AT.FDCWD, store.eventLog, O.WRONLY | O.APPEND | O.CREAT, 0o600);
  try {
    return open();
  } catch (error) {
    if (!isErrno(error, "ENOENT")) throw error;
    ensureDirectory(store.events, 0o700); // a store that dockerd made, or an older box
    return open();
  }
}

/** False if another process is at it. */
function putAside(store: Store, limit: number): boolean {
  using lock = DirectoryLock.tryTake(store.events);
  if (lock === undefined) return false;
  const log = statIfExists(AT.FDCWD, store.eventLog);
  if (log && log.size >= limit) {
    rename(AT.FDCWD, store.eventLog, AT.FDCWD, store.olderEventLog);
  }
  return true;
}

/**
 * What getdents64(2) and statx(2) say of directories, as bytes: to be compared with what the kernel said another time, not to be
 * understood. A name costs a microsecond besides the kernel's own, where an object for each (stat.ts) costs ten.
 */

import { AT, O } from "./constants.ts";
import { decodeName } from "./cstring.ts";
import { DT } from "./directory.ts";
import { check } from "./errno.ts";
import type { DirectoryFd, Time } from "./file.ts";
import { kernel, statEntries } from "./kernel.ts";

/** A directory in another one. */
export interface Subdirectory {
  /** NUL-terminated. */
  readonly name: Uint8Array<ArrayBuffer>;
  /** Decoded where names were asked for. */
  readonly text: string;
}

/** Whether an entry counts, by its name and type (DT_*). */
export type EntryFilter = (name: string, type: number) => boolean;

const DENTS = 32768, SHORTEST_DENT = 24;
/** In struct linux_dirent64. */
const RECORD_LENGTH = 16, TYPE = 18, NAME = 19;
const STATX_BASIC_STATS = 0x7ff, STATX_SIZE = 256;
/** What follows in struct statx are ids of mounts and what the file system can do. */
const STAT_SIZE = 144;
const MODE = 28, ACCESSED = 64, CHANGED = 96;
/** Bytes that one call of getdents64 can lead to. */
const ROOM = DENTS + Math.ceil(DENTS / SHORTEST_DENT) * STAT_SIZE + STATX_SIZE;
const CHUNK = 2 * ROOM;
const DOT = ".".charCodeAt(0);

export class DirectoryStates {
  readonly #bytes = new Uint8Array(CHUNK);
  readonly #view = new DataView(this.#bytes.buffer);
  #end = 0;
  #isYoung = false;

  /** `sink` takes the bytes, which are its own. Who has changed since `recently` is young. */
  constructor(
    private readonly sink: (bytes: Uint8Array<ArrayBuffer>) => void,
    private readonly recently: Time,
  ) {}

  /** Whether something has changed so recently that it may change again without a trace. */
  get isYoung(): boolean {
    return this.#isYoung;
  }

  /** Adds what a name is, not following a symbolic link; an empty one means the descriptor. NUL-terminated. */
  add(directory: DirectoryFd, name: Uint8Array<ArrayBuffer>): void {
    if (CHUNK - this.#end < ROOM) this.flush();
    const at = this.#end, flags = AT.EMPTY_PATH | AT.SYMLINK_NOFOLLOW;
    const buffer = this.#bytes.subarray(at, at + STATX_SIZE);
    check(kernel.statx(directory, name, flags, STATX_BASIC_STATS, buffer), "stat");
    this.#bytes.fill(0, at + ACCESSED, at + ACCESSED + 16);
    this.#noteAge(at);
    this.#end += STAT_SIZE;
    this.#clearRest();
  }

  /** Adds all that is in an open directory but what the filter leaves out; returns the directories among it. */
  addEntries(fd: DirectoryFd, filter?: EntryFilter): Subdirectory[] {
    const bytes = this.#bytes, directories: Subdirectory[] = [];
    for (;;) {
      if (CHUNK - this.#end < ROOM) this.flush();
      const start = this.#end;
      const length = check(kernel.getdents64(fd, bytes.subarray(start), DENTS), "getdents64");
      if (length === 0) return directories;
      const end = start + length;
      this.#leaveOut(start, end, filter);
      const stats = bytes.subarray(end, end + CHUNK);
      const size = check(statEntries(fd, bytes.subarray(start, end), stats), "stat");
      this.#end = end + size;
      this.#look(start, end, directories, filter !== undefined);
      this.#clearRest();
    }
  }

  /** Makes names empty that do not count. */
  #leaveOut(start: number, end: number, filter: EntryFilter | undefined): void {
    const bytes = this.#bytes, view = this.#view;
    for (let at = start; at < end; at += view.getUint16(at + RECORD_LENGTH, true)) {
      const name = at + NAME;
      const isLeftOut = bytes[name] === DOT && isDots(bytes, name) ||
        filter !== undefined && !filter(this.#nameAt(at), bytes[at + TYPE]);
      if (isLeftOut) bytes[name] = 0;
    }
  }

  /** Looks at what statx(2) said of the others. */
  #look(start: number, end: number, directories: Subdirectory[], areNamed: boolean): void {
    const bytes = this.#bytes, view = this.#view;
    let stat = end;
    for (let at = start; at < end;) {
      const next = at + view.getUint16(at + RECORD_LENGTH, true);
      if (bytes[at + NAME] !== 0) {
        if (view.getUint16(stat + MODE, true) >> 12 === DT.DIR) {
          const text = areNamed ? this.#nameAt(at) : "";
          directories.push({ name: bytes.slice(at + NAME, next), text });
        }
        this.#noteAge(stat);
        stat += STAT_SIZE;
      }
      at = next;
    }
  }

  #nameAt(entry: number): string {
    const name = entry + NAME;
    return decodeName(this.#bytes.subarray(name, this.#bytes.indexOf(0, name)));
  }

  /** Has the sink take what there is. */
  flush(): void {
    const end = this.#end;
    this.sink(this.#bytes.slice(0, end));
    this.#bytes.fill(0, 0, end);
    this.#end = 0;
  }

  #noteAge(stat: number): void {
    const seconds = this.#view.getUint32(stat + CHANGED, true);
    if (seconds < this.recently.seconds) return;
    this.#isYoung ||= seconds > this.recently.seconds ||
      this.#view.getUint32(stat + CHANGED + 8, true) >= this.recently.nanoseconds;
  }

  /** What the last statx wrote too much: the kernel leaves gaps between names as they are. */
  #clearRest(): void {
    this.#bytes.fill(0, this.#end, this.#end + STATX_SIZE - STAT_SIZE);
  }
}

/** Opens a directory to be read; a symbolic link in its place is refused. */
export function openSubdirectory(directory: DirectoryFd, { name }: Subdirectory): DirectoryFd {
  const flags = O.RDONLY | O.DIRECTORY | O.NOFOLLOW | O.CLOEXEC;
  return check(kernel.openat(directory, name, flags, 0), "open");
}

function isDots(bytes: Uint8Array, at: number): boolean {
  return bytes[at + 1] === 0 || bytes[at + 1] === DOT && bytes[at + 2] === 0;
}

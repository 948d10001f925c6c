/**
 * What getdents64(2) and statx(2) say of directories, as bytes: to be compared with what the kernel said another time, not to be
 * understood. A name costs two microseconds, where an object for each (stat.ts) costs ten.
 */

import { AT, O } from "./constants.ts";
import { decodeName } from "./cstring.ts";
import { DT } from "./directory.ts";
import { check } from "./errno.ts";
import type { DirectoryFd, Time } from "./file.ts";
import { kernel } from "./kernel.ts";

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
    this.#stat(directory, name, this.#end);
    this.#end += STAT_SIZE;
    this.#clearRest();
  }

  /** Adds all that is in an open directory but what the filter leaves out; returns the directories among it. */
  addEntries(fd: DirectoryFd, filter?: EntryFilter): Subdirectory[] {
    const bytes = this.#bytes, view = this.#view, directories: Subdirectory[] = [];
    for (;;) {
      if (CHUNK - this.#end < ROOM) this.flush();
      const start = this.#end;
      const length = check(kernel.getdents64(fd, bytes.subarray(start), DENTS), "getdents64");
      if (length === 0) return directories;
      const end = start + length;
      this.#end = end;
      for (let at = start; at < end;) {
        const next = at + view.getUint16(at + 16, true), begin = at + 19, type = bytes[at + 18];
        at = next;
        if (bytes[begin] === DOT && isDots(bytes, begin)) continue;
        const name = bytes.subarray(begin, next);
        const text = filter ? decodeName(name.subarray(0, name.indexOf(0))) : "";
        if (filter && !filter(text, type)) continue;
        if (this.#stat(fd, name, this.#end) === DT.DIR) {
          directories.push({ name: name.slice(), text });
        }
        this.#end += STAT_SIZE;
      }
      this.#clearRest();
    }
  }

  /** Has the sink take what there is. */
  flush(): void {
    const end = this.#end;
    this.sink(this.#bytes.slice(0, end));
    this.#bytes.fill(0, 0, end);
    this.#end = 0;
  }

  /** Writes what statx(2) says, without the time of the last access; returns the type as DT_* has it. */
  #stat(directory: DirectoryFd, name: Uint8Array<ArrayBuffer>, at: number): number {
    const flags = AT.EMPTY_PATH | AT.SYMLINK_NOFOLLOW, view = this.#view;
    const buffer = this.#bytes.subarray(at, at + STATX_SIZE);
    check(kernel.statx(directory, name, flags, STATX_BASIC_STATS, buffer), "stat");
    view.setFloat64(at + ACCESSED, 0);
    view.setFloat64(at + ACCESSED + 8, 0);
    const seconds = view.getUint32(at + CHANGED, true);
    if (seconds >= this.recently.seconds) this.#isYoung ||= this.#isRecent(at, seconds);
    return view.getUint16(at + MODE, true) >> 12;
  }

  #isRecent(at: number, seconds: number): boolean {
    return seconds > this.recently.seconds ||
      this.#view.getUint32(at + CHANGED + 8, true) >= this.recently.nanoseconds;
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

/** Reading a json-file log over all its files, while a writer may put one aside at any moment. */

import { listNames } from "../../../ffi/directory.ts";
import { LogFile, type RecordReceiver } from "./log_file.ts";

export class LogReader {
  private constructor(private readonly path: string, private current: LogFile | undefined) {}

  /** Begins with the oldest record, or with the last `tail` ones. */
  static open(path: string, tail?: number): LogReader {
    return new LogReader(path, tail === undefined ? undefined : openAtLast(path, tail));
  }

  [Symbol.dispose](): void {
    this.current?.[Symbol.dispose]();
  }

  /** Reads all that is there now; the next call goes on behind it. False if the receiver has ended it. */
  read(receive: RecordReceiver): boolean {
    for (;;) {
      const next = this.openNext();
      // Again in any case: until it was put aside, more may have been written to it.
      if (this.current && !this.current.read(receive)) {
        next?.[Symbol.dispose]();
        return false;
      }
      if (next === undefined) return true;
      this.current?.[Symbol.dispose]();
      this.current = next;
    }
  }

  /**
   * The file that follows the current one, if this was put aside. Files only ever move to higher numbers, so that whatever
   * was seen at the number before it follows it, however often that happens meanwhile.
   */
  private openNext(): LogFile | undefined {
    let younger: LogFile | undefined;
    for (let number = 0, last = 0; number <= last; number++) {
      const file = LogFile.open(this.path, number);
      if (file !== undefined && file.inode === this.current?.inode) {
        file[Symbol.dispose]();
        return younger;
      }
      if (number === 0) last = oldestNumber(this.path);
      if (file === undefined) continue;
      younger?.[Symbol.dispose]();
      younger = file;
    }
    return younger; // none is the current one: that was removed as the oldest
  }
}

/** Opens the file in which the last `count` records begin, or the oldest if there are not so many. */
function openAtLast(path: string, count: number): LogFile | undefined {
  let oldest: LogFile | undefined, missing = count;
  for (let number = 0, last = oldestNumber(path); number <= last; number++) {
    const file = LogFile.open(path, number);
    if (file === undefined) continue;
    if (file.inode === oldest?.inode) { // put aside since it was opened
      file[Symbol.dispose]();
      continue;
    }
    oldest?.[Symbol.dispose]();
    oldest = file;
    missing -= file.seekToLast(missing);
    if (missing === 0) break;
  }
  return oldest;
}

/** The highest number that a file of this log has. */
function oldestNumber(path: string): number {
  const slash = path.lastIndexOf("/"), prefix = path.slice(slash + 1) + ".";
  const numbers = listNames(path.slice(0, slash))
    .filter((name) => name.startsWith(prefix))
    .map((name) => name.slice(prefix.length))
    .filter((suffix) => /^[1-9]\d{0,8}$/.test(suffix));
  return Math.max(0, ...numbers.map(Number));
}

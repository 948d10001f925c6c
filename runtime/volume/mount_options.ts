/** Options of mount(8), as moby/sys/mount reads them: some are flags of mount(2), the others are the file system's own. */

import { MS } from "../../ffi/constants.ts";

/** Flags of mount(2) that ffi/constants.ts has no other use for: linux/mount.h. */
const SYNCHRONOUS = 16, MANDLOCK = 64, DIRSYNC = 128, NOATIME = 1024, NODIRATIME = 2048;
const UNBINDABLE = 1 << 17, RELATIME = 1 << 21, STRICTATIME = 1 << 24;

const words: Record<string, (flags: number) => number> = {
  defaults: (flags) => flags,
  ...pair("ro", "rw", MS.RDONLY),
  ...pair("nosuid", "suid", MS.NOSUID),
  ...pair("nodev", "dev", MS.NODEV),
  ...pair("noexec", "exec", MS.NOEXEC),
  ...pair("sync", "async", SYNCHRONOUS),
  ...pair("dirsync", "nodirsync", DIRSYNC),
  ...pair("mand", "nomand", MANDLOCK),
  ...pair("noatime", "atime", NOATIME),
  ...pair("nodiratime", "diratime", NODIRATIME),
  ...pair("relatime", "norelatime", RELATIME),
  ...pair("strictatime", "nostrictatime", STRICTATIME),
  remount: (flags) => flags | MS.REMOUNT,
  bind: (flags) => flags | MS.BIND,
  rbind: (flags) => flags | MS.BIND | MS.REC,
  ...propagation("unbindable", UNBINDABLE),
  ...propagation("private", MS.PRIVATE),
  ...propagation("shared", MS.SHARED),
  ...propagation("slave", MS.SLAVE),
};

function pair(on: string, off: string, flag: number) {
  return { [on]: (flags: number) => flags | flag, [off]: (flags: number) => flags & ~flag };
}

function propagation(word: string, flag: number) {
  return {
    [word]: (flags: number) => flags | flag,
    [`r${word}`]: (flags: number) => flags | flag | MS.REC,
  };
}

export interface MountOptions {
  /** MS_*, but for `propagation`. */
  readonly flags: number;
  /** MS_SHARED and its like, with MS_REC; 0 for none. */
  readonly propagation: number;
  /** Options of the file system, separated by commas. */
  readonly data: string;
}

const PROPAGATION = UNBINDABLE | MS.PRIVATE | MS.SHARED | MS.SLAVE;

export function parseMountOptions(options: string): MountOptions {
  let flags = 0, propagation = 0;
  const data: string[] = [];
  for (const option of options.split(",").filter(Boolean)) {
    if (!Object.hasOwn(words, option)) {
      data.push(option);
      continue;
    }
    const changed = words[option](0);
    if (changed & PROPAGATION) propagation = changed;
    else flags = words[option](flags);
  }
  return { flags, propagation, data: data.join(",") };
}

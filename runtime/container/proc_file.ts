/** Files of /proc about processes that may end at any moment: proc(5). */

import { isErrno } from "../../ffi/errno.ts";
import { readTextIfExists } from "../../storage/files.ts";

/** What /proc says of a process; undefined if it is gone, also if it went while the file was open, or may not be looked at. */
export function readProcFile(pid: number, name: string): string | undefined {
  try {
    return readTextIfExists(`/proc/${pid}/${name}`);
  } catch (error) {
    if (isErrno(error, "ESRCH", "EACCES", "EPERM", "EINVAL")) return undefined;
    throw error;
  }
}

/** What /proc/<pid>/stat tells of a process (proc_pid_stat(5)). Times are in clock ticks, a hundredth of a second. */
export interface ProcessStat {
  /** Z and X: it has ended. */
  readonly state: string;
  readonly parent: number;
  /** The terminal's device number; 0 for none. */
  readonly terminal: number;
  /** Spent by its threads, in user mode and in the kernel. */
  readonly ownTime: number;
  /** Spent by children that have ended and that it has waited for, and theirs. */
  readonly childrenTime: number;
  readonly threads: number;
  /** After boot; as text, for it identifies the process. */
  readonly startTime: string;
}

/** USER_HZ, which is the same on all machines that box runs on. */
export const TICKS_PER_SECOND = 100;

export function readProcessStat(pid: number): ProcessStat | undefined {
  const stat = readProcFile(pid, "stat");
  if (stat === undefined) return undefined;
  // The second field is the program's name in parentheses, in which anything may stand.
  const rest = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const field = (number: number) => rest[number - 3];
  return {
    state: field(3),
    parent: Number(field(4)),
    terminal: Number(field(7)),
    ownTime: Number(field(14)) + Number(field(15)),
    childrenTime: Number(field(16)) + Number(field(17)),
    threads: Number(field(20)),
    startTime: field(22),
  };
}

/** What `ps -ef` prints, from /proc, for a host that has no ps(1). */

import { AT } from "../../ffi/constants.ts";
import { statIfExists } from "../../ffi/stat.ts";
import { readTextIfExists } from "../../storage/files.ts";
import { type ProcessStat, readProcessStat, readProcFile, TICKS_PER_SECOND } from "./proc_file.ts";
import type { ProcessList } from "./ps_output.ts";

const titles = ["UID", "PID", "PPID", "C", "STIME", "TTY", "TIME", "CMD"];

/** The processes that are still there. */
export function listProcesses(pids: readonly number[]): ProcessList {
  const users = readUserNames(), boot = bootTime(), now = Date.now() / 1000;
  const processes = pids.flatMap((pid) => {
    const stat = readProcessStat(pid), owner = statIfExists(AT.FDCWD, `/proc/${pid}`);
    if (stat === undefined || owner === undefined) return [];
    const started = boot + Number(stat.startTime) / TICKS_PER_SECOND;
    const seconds = stat.ownTime / TICKS_PER_SECOND;
    return [[
      describeUser(users.get(owner.uid), owner.uid),
      String(pid),
      String(stat.parent),
      String(Math.min(99, Math.trunc(100 * seconds / Math.max(now - started, 1)))),
      describeStart(started, now),
      describeTerminal(stat.terminal),
      describeTime(Math.trunc(seconds)),
      describeCommand(pid, stat),
    ]];
  });
  return { titles, processes };
}

/** Names of the host's users by their ids. */
function readUserNames(): Map<number, string> {
  const lines = (readTextIfExists("/etc/passwd") ?? "").split("\n").map((line) => line.split(":"));
  // The first name of an id is its name.
  return new Map(lines.reverse().map(([name, , uid]) => [Number(uid), name]));
}

/** ps cuts a name that is wider than its column. */
function describeUser(name: string | undefined, uid: number): string {
  const WIDTH = 8;
  if (name === undefined) return String(uid);
  return name.length > WIDTH ? `${name.slice(0, WIDTH - 1)}+` : name;
}

/** When the host was started, in seconds since the epoch. */
function bootTime(): number {
  return Number(/^btime (\d+)$/m.exec(readTextIfExists("/proc/stat") ?? "")?.[1] ?? 0);
}

/** The time of a start today, the day of one this year, or the year, in the host's zone. */
function describeStart(started: number, now: number): string {
  const [then, today] = [new Date(started * 1000), new Date(now * 1000)];
  if (then.toDateString() === today.toDateString()) return then.toTimeString().slice(0, 5);
  const [, month, day] = then.toDateString().split(" ");
  return then.getFullYear() === today.getFullYear() ? `${month}${day}` : String(then.getFullYear());
}

/** A terminal's name by its number: pts/ and tty, which containers and logins have (devices.txt of the kernel). */
function describeTerminal(device: number): string {
  const major = device >> 8 & 0xfff, minor = device & 0xff | device >> 12 & 0xfff00;
  const FIRST_PTY = 136, LAST_PTY = 143, CONSOLE = 4;
  if (major >= FIRST_PTY && major <= LAST_PTY) return `pts/${(major - FIRST_PTY) * 256 + minor}`;
  if (major === CONSOLE) return minor < 64 ? `tty${minor}` : `ttyS${minor - 64}`;
  return "?";
}

/** `[DAYS-]HH:MM:SS` */
function describeTime(seconds: number): string {
  const two = (number: number) => String(Math.trunc(number)).padStart(2, "0");
  const days = Math.trunc(seconds / 86400);
  const time = `${two(seconds / 3600 % 24)}:${two(seconds / 60 % 60)}:${two(seconds % 60)}`;
  return days > 0 ? `${two(days)}-${time}` : time;
}

/** The command line; the program's name in brackets where there is none. */
function describeCommand(pid: number, { state }: ProcessStat): string {
  const words = (readProcFile(pid, "cmdline") ?? "").replace(/\0$/, "");
  if (words !== "") return words.replaceAll(/\p{Cc}/gu, (c) => c === "\0" ? " " : "?");
  const name = (readProcFile(pid, "comm") ?? "").trimEnd();
  return `[${name}]${state === "Z" ? " <defunct>" : ""}`;
}

/** Processes by descriptor: pidfd_open(2). A descriptor, unlike a pid, never comes to mean another process. */

import { AT, CLD_EXITED, EPOLL, F_SETFL, O, P_PIDFD, S, WEXITED } from "../constants.ts";
import { check, errnoName } from "../errno.ts";
import { openAt } from "../file.ts";
import { statAt } from "../stat.ts";
import { kernel } from "../kernel.ts";
import { poller } from "../poller.ts";

/** How a process ended: with an exit code, or killed by a signal. */
export type ExitStatus = { readonly code: number } | { readonly signal: number };

/** One number for both, as shells and docker have it: 128 + the signal. */
export function exitCode(status: ExitStatus): number {
  return "code" in status ? status.code : 128 + status.signal;
}

/** A descriptor for the process that has this pid now; close-on-exec. */
export function openPidfd(pid: number): number {
  return check(kernel.pidfd_open(pid, 0), "find process", String(pid));
}

/**
 * A copy of a descriptor that another process has open, close-on-exec: pidfd_getfd(2), Linux 5.6. Where a seccomp policy forbids
 * that, as docker's does, pipes and files are opened anew through /proc, and anything else is EPERM.
 */
export function fetchDescriptor(pidfd: number, fd: number): number {
  const result = kernel.pidfd_getfd(pidfd, fd, 0);
  if (errnoName(-result) === "EPERM") {
    const reopened = reopen(pidOf(pidfd), fd);
    if (reopened !== undefined) return reopened;
  }
  return check(result, "fetch descriptor", String(fd));
}

/** proc_pid_fdinfo(5); -1 when the process is gone. */
function pidOf(pidfd: number): number {
  return Number(field(`/proc/self/fdinfo/${pidfd}`, "Pid") ?? -1);
}

/** Undefined for what would not be the same when it is opened again: a terminal, a socket. */
function reopen(pid: number, fd: number): number | undefined {
  const flags = field(`/proc/${pid}/fdinfo/${fd}`, "flags");
  if (flags === undefined) return undefined;
  const ACCESS_MODE = 3, path = `/proc/${pid}/fd/${fd}`;
  const { mode } = statAt(AT.FDCWD, path, true), type = mode & S.IFMT;
  if (type !== S.IFIFO && type !== S.IFREG) return undefined;
  // Not to be held up by a pipe that has no other end any more.
  const reopened = openAt(AT.FDCWD, path, parseInt(flags, 8) & ACCESS_MODE | O.NONBLOCK);
  check(kernel.fcntl(reopened, F_SETFL, parseInt(flags, 8) & O.NONBLOCK), "set flags");
  return reopened;
}

function field(path: string, name: string): string | undefined {
  try {
    const text = Deno.readTextFileSync(path);
    return text.match(new RegExp(`^${name}:\\s*(-?[0-9]+)$`, "m"))?.[1];
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** Sends a signal. False: the process is gone. */
export function sendSignal(pidfd: number, signal: number): boolean {
  const result = kernel.pidfd_send_signal(pidfd, signal, null, 0);
  if (errnoName(-result) === "ESRCH") return false;
  check(result, "send signal", String(signal));
  return true;
}

/** Waits for the end of a child, blocking the thread, and frees its pid: waitid(2). ECHILD for what is no child. */
export function reap(pidfd: number): ExitStatus {
  const info = new Uint8Array(128), view = new DataView(info.buffer);
  const wait = () => kernel.waitid(P_PIDFD, pidfd, info, WEXITED, null);
  let result = wait();
  while (errnoName(-result) === "EINTR") result = wait();
  check(result, "wait for process");
  const reason = view.getInt32(8, true), status = view.getInt32(24, true);
  return reason === CLD_EXITED ? { code: status } : { signal: status };
}

/** Waits until a process, a child or not, has ended. */
export function waitUntilGone(pidfd: number): Promise<void> {
  return new Promise((resolve) => {
    poller.watch(pidfd, EPOLL.IN, () => {
      poller.unwatch(pidfd);
      resolve();
    });
  });
}

/** Waits for the end of a child without blocking, and frees its pid. */
export async function waitForExit(pidfd: number): Promise<ExitStatus> {
  await waitUntilGone(pidfd);
  return reap(pidfd);
}

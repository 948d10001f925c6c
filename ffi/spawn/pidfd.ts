/** Processes by descriptor: pidfd_open(2). A descriptor, unlike a pid, never comes to mean another process. */

import { CLD_EXITED, EPOLL, P_PIDFD, WEXITED } from "../constants.ts";
import { check, errnoName, SystemError } from "../errno.ts";
import { errno, libc } from "../libc.ts";
import { poller } from "../poller.ts";
import { syscallNumber } from "../syscalls.ts";

/** How a process ended: with an exit code, or killed by a signal. */
export type ExitStatus = { readonly code: number } | { readonly signal: number };

/** One number for both, as shells and docker have it: 128 + the signal. */
export function exitCode(status: ExitStatus): number {
  return "code" in status ? status.code : 128 + status.signal;
}

const PIDFD_OPEN = BigInt(syscallNumber("pidfd_open"));
const PIDFD_SEND_SIGNAL = BigInt(syscallNumber("pidfd_send_signal"));

/** A descriptor for the process that has this pid now; close-on-exec. */
export function openPidfd(pid: number): number {
  return check(libc.pidfd_open(PIDFD_OPEN, pid, 0), "find process", String(pid));
}

/** Sends a signal. False: the process is gone. */
export function sendSignal(pidfd: number, signal: number): boolean {
  if (libc.pidfd_send_signal(PIDFD_SEND_SIGNAL, pidfd, signal, null, 0) === 0) return true;
  const number = errno();
  if (errnoName(number) === "ESRCH") return false;
  throw new SystemError("send signal", String(signal), number);
}

/** Waits for the end of a child, blocking the thread, and frees its pid: waitid(2). ECHILD for what is no child. */
export function reap(pidfd: number): ExitStatus {
  const info = new Uint8Array(128), view = new DataView(info.buffer);
  while (libc.waitid(P_PIDFD, pidfd, info, WEXITED) < 0) {
    const number = errno();
    if (errnoName(number) !== "EINTR") throw new SystemError("wait for process", "", number);
  }
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

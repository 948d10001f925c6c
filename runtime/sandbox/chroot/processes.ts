/** The processes of a container that is kept by a chroot alone: those that have its root. None of them can have another. */

import { AT, SIGNALS } from "../../../ffi/constants.ts";
import { listNames } from "../../../ffi/directory.ts";
import { SystemError } from "../../../ffi/errno.ts";
import { close } from "../../../ffi/file.ts";
import { withFileSystemIds } from "../../../ffi/file_system_ids.ts";
import { openPidfd, sendSignal } from "../../../ffi/spawn/pidfd.ts";
import { type Stat, statAt, statIfExists } from "../../../ffi/stat.ts";

/** Milliseconds in which the processes of a container that are killed are gone, and between two looks. */
const PATIENCE = 5000, RETRY = 5;

/** Kills all of them, also what is born meanwhile, and waits until they are gone. */
export async function killProcessesIn(rootfs: string): Promise<void> {
  const root = statIfExists(AT.FDCWD, rootfs);
  if (root === undefined) return;
  const deadline = performance.now() + PATIENCE;
  while (processesIn(root).filter((pid) => kill(pid, root)).length > 0) {
    if (performance.now() > deadline) return;
    await new Promise((resolve) => setTimeout(resolve, RETRY));
  }
}

/** Pids of the processes whose root directory this is. */
export function processesIn(root: Stat): number[] {
  return listNames("/proc").filter((name) => /^[0-9]+$/.test(name)).map(Number)
    .filter((pid) => hasRoot(pid, root));
}

/** Returns whether there was a process to kill. The pid may have come to mean another since it was looked at. */
function kill(pid: number, root: Stat): boolean {
  let pidfd: number;
  try {
    pidfd = openPidfd(pid);
  } catch (error) {
    if (error instanceof SystemError) return false;
    throw error;
  }
  try {
    return hasRoot(pid, root) && sendSignal(pidfd, SIGNALS.SIGKILL);
  } finally {
    close(pidfd);
  }
}

/** Whose root may be looked at is ptrace(2)'s question: who has neither CAP_SYS_PTRACE nor the same user is refused. */
function hasRoot(pid: number, root: Stat): boolean {
  const path = `/proc/${pid}/root`;
  const look = () => {
    const { inode, device } = statAt(AT.FDCWD, path, true);
    return inode === root.inode && device.join() === root.device.join();
  };
  try {
    return look();
  } catch (error) {
    if (!(error instanceof SystemError)) throw error;
    if (error.code !== "EACCES" && error.code !== "EPERM") return false; // it has ended
  }
  try {
    const { uid, gid } = statAt(AT.FDCWD, `/proc/${pid}`);
    return withFileSystemIds(uid, gid, look);
  } catch (error) {
    if (error instanceof SystemError) return false;
    throw error;
  }
}

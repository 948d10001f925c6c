/** How a container's process ended, in the words of its keeper: the beginning of a siginfo_t, waitid(2). */

import { AT, CLD_EXITED, O } from "../../ffi/constants.ts";
import { isErrno } from "../../ffi/errno.ts";
import { openAt, read, unlink, withFd } from "../../ffi/file.ts";
import { EXIT_STATUS_FILE, EXIT_STATUS_SIZE } from "../../ffi/spawn/keeper_wait.ts";
import { statAt } from "../../ffi/stat.ts";
import { containerPath } from "../../storage/container/container_store.ts";
import type { Store } from "../../storage/store.ts";
import { formatTime } from "../../storage/time.ts";

export interface Exit {
  /** 128 + the signal, if one has killed it. */
  readonly code: number;
  /** When, as config.v2.json writes it. */
  readonly at?: string;
}

/** Takes the note of a container's last run away: when its end is recorded, or another run begins. */
export function forgetExitStatus(store: Store, id: string): void {
  try {
    unlink(AT.FDCWD, `${containerPath(store, id)}/${EXIT_STATUS_FILE}`);
  } catch (error) {
    if (!isErrno(error, "ENOENT")) throw error;
  }
}

/** What a keeper has written; undefined for anything else. */
export function decodeExitStatus(bytes: Uint8Array): number | undefined {
  if (bytes.length !== EXIT_STATUS_SIZE) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const reason = view.getInt32(8, true), status = view.getInt32(24, true);
  return reason === CLD_EXITED ? status : 128 + status;
}

/** What the keeper of a container's last run has noted, if it has. */
export function readExitStatus(store: Store, id: string): Exit | undefined {
  const path = `${containerPath(store, id)}/${EXIT_STATUS_FILE}`;
  try {
    return withFd(openAt(AT.FDCWD, path, O.RDONLY | O.NOFOLLOW | O.NONBLOCK), (fd) => {
      const bytes = new Uint8Array(EXIT_STATUS_SIZE);
      const code = decodeExitStatus(bytes.subarray(0, read(fd, bytes)));
      if (code === undefined) return undefined;
      const { seconds, nanoseconds } = statAt(fd, "").modified;
      return { code, at: formatTime(seconds, nanoseconds) };
    });
  } catch (error) {
    if (isErrno(error, "ENOENT", "ENOTDIR")) return undefined;
    throw error;
  }
}

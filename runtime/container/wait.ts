/** Waiting for a container's end. */

import { AT, O } from "../../ffi/constants.ts";
import { isErrno } from "../../ffi/errno.ts";
import { close, openAt, read } from "../../ffi/file.ts";
import { EXIT_STATUS_FILE, EXIT_STATUS_SIZE } from "../../ffi/spawn/keeper_wait.ts";
import { waitUntilGone } from "../../ffi/spawn/pidfd.ts";
import type { ContainerFile, ContainerState } from "../../storage/container/config.ts";
import {
  containerPath,
  readContainer,
  readContainerIfExists,
} from "../../storage/container/container_store.ts";
import { NotFoundError } from "../../storage/errors.ts";
import type { Store } from "../../storage/store.ts";
import { decodeExitStatus } from "./exit_status.ts";
import { openProcess } from "./process_identity.ts";
import { concludeUnwatched } from "./unwatched.ts";
import { exitedState, unseenExit } from "./state.ts";

/** Milliseconds between two looks at the state of a container whose process is gone: its monitor is about to write it. */
const FIRST_DELAY = 1, LONGEST_DELAY = 50;

/**
 * Waits until the run that a container is in has ended and its monitor has recorded that, and returns what it recorded; at
 * once for a container that does not run. For one that is removed with its end (--rm) that is what its keeper has noted.
 * NotFoundError if there is no container.
 */
export async function waitUntilConcluded(store: Store, id: string): Promise<ContainerState> {
  const container = readContainer(store, id);
  if (!container.State.Running) return container.State;
  const note = openNote(store, id);
  try {
    await waitForProcess(container);
    for (let delay = FIRST_DELAY;; delay = Math.min(delay * 2, LONGEST_DELAY)) {
      const now = readContainerIfExists(store, id);
      if (now === undefined) return exitedState(container.State, endOf(container, note));
      if (!now.State.Running || now.State.Pid !== container.State.Pid) return now.State;
      await concludeUnwatched(store, id);
      await new Promise((resolve) => setTimeout(resolve, delay));
    }
  } finally {
    close(note);
  }
}

/** The file that the keeper will write into. Once it is open it can be read though it is removed, and so it is made before its time. */
function openNote(store: Store, id: string): number {
  const path = `${containerPath(store, id)}/${EXIT_STATUS_FILE}`;
  try {
    return openAt(AT.FDCWD, path, O.RDONLY | O.CREAT | O.NOFOLLOW, 0o600);
  } catch (error) {
    if (isErrno(error, "ENOENT")) throw new NotFoundError(`No such container: ${id}`);
    throw error;
  }
}

function endOf(container: ContainerFile, note: number) {
  const bytes = new Uint8Array(EXIT_STATUS_SIZE);
  const code = decodeExitStatus(bytes.subarray(0, read(note, bytes)));
  return code === undefined ? unseenExit(container) : { code };
}

async function waitForProcess(container: ContainerFile): Promise<void> {
  const pidfd = openProcess(container);
  if (pidfd === undefined) return; // gone, or it waits to be restarted
  try {
    await waitUntilGone(pidfd);
  } finally {
    close(pidfd);
  }
}

/** A container that runs, in the hands of its monitor. */

import { isErrno } from "../../ffi/errno.ts";
import { SIGNALS } from "../../ffi/constants.ts";
import { close } from "../../ffi/file.ts";
import { reap, sendSignal } from "../../ffi/spawn/pidfd.ts";
import type {
  ContainerFile,
  HostConfig,
  NetworkSocket,
  StreamEnds,
} from "../../storage/container/config.ts";
import type { DirectoryLock } from "../../storage/lock.ts";
import { closeSockets } from "./network_sockets.ts";
import { closeEnds } from "./streams.ts";
import type { Store } from "../../storage/store.ts";

export interface RunningContainer {
  readonly store: Store;
  readonly id: string;
  /** Name of its directory below overlay2. */
  readonly mountId: string;
  /** Held as long as the root is mounted: says that somebody looks after the container. */
  readonly monitorLock: DirectoryLock;
  /** As it was when it was started or adopted; it may be renamed meanwhile. */
  readonly container: ContainerFile;
  readonly hostConfig: HostConfig;
  /** This process's ends of the container's streams. */
  readonly ends: StreamEnds;
  /** This process's copies of the sockets that are to be served. */
  readonly sockets: readonly NetworkSocket[];
  /** pidfds of the keeper and of the container's first process; undefined if they are gone. */
  readonly keeper: number | undefined;
  readonly process: number | undefined;
  /** Makes it live on when this process ends, if it does not anyway. */
  untie(): void;
}

/** Lets go of a container, for another process to take: everything stays as it is, in the keeper's hands. */
export function releaseRunning(running: RunningContainer): void {
  const { ends, sockets, keeper, process, monitorLock } = running;
  closeEnds(ends);
  closeSockets(sockets);
  for (const pidfd of [keeper, process]) if (pidfd !== undefined) close(pidfd);
  monitorLock[Symbol.dispose]();
}

/** Ends a keeper and closes its descriptor; frees its pid if it is a child of this process. */
export function dismissKeeper(pidfd: number): void {
  sendSignal(pidfd, SIGNALS.SIGKILL);
  try {
    reap(pidfd);
  } catch (error) {
    if (!isErrno(error, "ECHILD")) throw error; // init's, or its starter's
  }
  close(pidfd);
}

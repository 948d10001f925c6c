/** The processes that were left to a container's monitor after they had been executed in it. */

import { EPOLL } from "../../../ffi/constants.ts";
import { SystemError } from "../../../ffi/errno.ts";
import { close, read } from "../../../ffi/file.ts";
import { poller } from "../../../ffi/poller.ts";
import { EXIT_STATUS_SIZE } from "../../../ffi/spawn/keeper_wait.ts";
import { fetchDescriptor, openPidfd } from "../../../ffi/spawn/pidfd.ts";
import { Timer } from "../../../ffi/timer.ts";
import { listExecs, readExec, writeExec } from "../exec/notes.ts";
import { recordExecEnd } from "../exec/record_end.ts";
import { decodeExitStatus } from "../exit_status.ts";
import { isRunning } from "../process_identity.ts";
import type { RunningContainer } from "../running.ts";
import { decodeExec } from "./exec_frame.ts";

/** What dockerd notes as exit code when nobody saw how a process ended. */
const UNKNOWN_EXIT_CODE = 255;

/** Milliseconds in which the processes of a container that has ended are gone, too. */
const PATIENCE = 2000;

export class DetachedExecs {
  /** By the reading end of the pipe that tells the end. */
  private readonly watched = new Map<number, string>();
  private none = Promise.withResolvers<void>();

  constructor(private readonly running: RunningContainer) {}

  /** Takes over those that a monitor had that was killed. */
  adoptAll(): void {
    const { store, id: containerId } = this.running;
    for (const id of listExecs(store, containerId)) {
      const keeper = readExec(store, containerId, id);
      // Whoever is attached sees the end.
      if (!keeper?.Detached || this.isWatched(id)) continue;
      const end = isRunning(keeper.Pid, keeper)
        ? fetch(keeper.Pid, keeper.Descriptors.end)
        : undefined;
      if (end !== undefined) this.watch(id, end);
      else if (!isRunning(keeper.Pid, keeper)) this.record(id, UNKNOWN_EXIT_CODE);
    }
  }

  /** Takes one over that a frame tells of. False: there is none. */
  take(payload: Uint8Array<ArrayBuffer>): boolean {
    const told = decodeExec(payload), { store, id: containerId } = this.running;
    if (told === undefined) return false;
    const keeper = readExec(store, containerId, told.id);
    if (keeper === undefined || this.isWatched(told.id)) return true; // it was told of before
    const end = fetch(told.pid, told.end);
    if (end === undefined) return false;
    writeExec(store, containerId, told.id, { ...keeper, Detached: true });
    this.watch(told.id, end);
    return true;
  }

  /** Resolves when all have ended, or do not although the container has. */
  async ended(): Promise<void> {
    if (this.watched.size > 0) {
      this.none = Promise.withResolvers();
      using _ = new Timer(PATIENCE, () => this.none.resolve());
      await this.none.promise;
    }
    this.release();
  }

  /** Lets another process look after them. */
  release(): void {
    for (const end of this.watched.keys()) this.forget(end);
  }

  private isWatched(id: string): boolean {
    return [...this.watched.values()].includes(id);
  }

  private watch(id: string, end: number): void {
    this.watched.set(end, id);
    poller.watch(end, EPOLL.IN, () => {
      const bytes = new Uint8Array(EXIT_STATUS_SIZE);
      const code = decodeExitStatus(bytes.subarray(0, read(end, bytes)));
      this.forget(end);
      this.record(id, code ?? UNKNOWN_EXIT_CODE);
      if (this.watched.size === 0) this.none.resolve();
    });
  }

  private forget(end: number): void {
    poller.unwatch(end);
    close(end);
    this.watched.delete(end);
  }

  private record(id: string, exitCode: number): void {
    const { store, container } = this.running;
    recordExecEnd(store, container, id, exitCode);
  }
}

/** A copy of another process's descriptor; undefined if that process is gone. */
function fetch(pid: number, fd: number): number | undefined {
  let pidfd: number | undefined;
  try {
    pidfd = openPidfd(pid);
    return fetchDescriptor(pidfd, fd);
  } catch (error) {
    if (error instanceof SystemError) return undefined;
    throw error;
  } finally {
    if (pidfd !== undefined) close(pidfd);
  }
}

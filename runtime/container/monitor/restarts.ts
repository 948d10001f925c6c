/** Containers between an end and the start that their restart policy demands. */

import { SystemError } from "../../../ffi/errno.ts";
import type { ContainerFile } from "../../../storage/container/config.ts";
import { readContainerIfExists } from "../../../storage/container/container_store.ts";
import { CorruptStoreError, EngineError } from "../../../storage/errors.ts";
import type { DirectoryLock } from "../../../storage/lock.ts";
import type { Store } from "../../../storage/store.ts";
import { releaseHost } from "../conclude.ts";
import { launchContainer } from "../launch.ts";
import { nextDelay } from "../restart_policy.ts";
import type { RunningContainer } from "../running.ts";

interface Pending {
  readonly mountId: string;
  readonly lock: DirectoryLock;
  readonly timer: ReturnType<typeof setTimeout>;
}

export class Restarts {
  private readonly pending = new Map<string, Pending>();
  private starting = 0;
  /** Milliseconds that each container waited before its last start. */
  private readonly delays = new Map<string, number>();
  private launching = 0;

  constructor(
    private readonly store: Store,
    private readonly started: (running: RunningContainer) => void,
    /** Called when there may be none left. */
    private readonly gaveUp: () => void,
  ) {}

  /** How many wait, or are being started. */
  get size(): number {
    return this.pending.size + this.starting;
  }

  /** Starts a container after a while. The monitor's lock is held until then. */
  add({ ID: id, State: state }: ContainerFile, mountId: string, lock: DirectoryLock): void {
    const ranFor = Date.parse(state.FinishedAt) - Date.parse(state.StartedAt);
    const delay = nextDelay(this.delays.get(id), ranFor);
    this.delays.set(id, delay);
    const timer = setTimeout(() => this.start(id), delay);
    this.pending.set(id, { mountId, lock, timer });
  }

  /** Gives up those that are not to be started any more. */
  reconsider(): void {
    for (const id of this.pending.keys()) if (!this.isWanted(id)) this.giveUp(id);
  }

  private isWanted(id: string): boolean {
    try {
      return readContainerIfExists(this.store, id)?.State.Restarting ?? false;
    } catch (error) {
      if (error instanceof CorruptStoreError) return false;
      throw error;
    }
  }

  private giveUp(id: string): void {
    const { mountId, lock, timer } = this.take(id);
    clearTimeout(timer);
    this.forget(id, mountId, lock);
  }

  private async forget(id: string, mountId: string, lock: DirectoryLock): Promise<void> {
    this.delays.delete(id);
    this.starting++; // not idle yet
    try {
      await releaseHost(this.store, id, mountId);
    } finally {
      this.starting--;
      lock[Symbol.dispose]();
      this.gaveUp();
    }
  }

  private take(id: string): Pending {
    const pending = this.pending.get(id)!;
    this.pending.delete(id);
    return pending;
  }

  private async start(id: string): Promise<void> {
    const { mountId, lock } = this.take(id);
    this.starting++;
    let running: RunningContainer | undefined;
    try {
      running = await launchContainer(this.store, id, {
        tied: false,
        attached: false,
        restart: lock,
      });
    } catch (error) {
      // The reason is in the container's state.
      if (!(error instanceof EngineError || error instanceof SystemError)) throw error;
    } finally {
      this.starting--;
    }
    if (running === undefined) await this.forget(id, mountId, lock);
    else this.started(running);
  }
}

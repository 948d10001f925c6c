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
import { volumesOf } from "../volumes.ts";

interface Pending {
  readonly container: ContainerFile;
  readonly mountId: string;
  readonly lock: DirectoryLock;
  readonly timer: ReturnType<typeof setTimeout>;
}

export class Restarts {
  private readonly pending = new Map<string, Pending>();
  private starting = 0;
  private releasing = 0;
  /** Milliseconds that each container waited before its last start. */
  private readonly delays = new Map<string, number>();

  constructor(
    private readonly store: Store,
    private readonly started: (running: RunningContainer) => void,
    /** Called when there may be none left. */
    private readonly gaveUp: () => void,
  ) {}

  /** How many wait, are being started, or given up. */
  get size(): number {
    return this.pending.size + this.starting + this.releasing;
  }

  /** Starts a container after a while. The monitor's lock is held until then. */
  add(container: ContainerFile, mountId: string, lock: DirectoryLock): void {
    const { ID: id, State: state } = container;
    const ranFor = Date.parse(state.FinishedAt) - Date.parse(state.StartedAt);
    const delay = nextDelay(this.delays.get(id), ranFor);
    this.delays.set(id, delay);
    const timer = setTimeout(() => this.start(id), delay);
    this.pending.set(id, { container, mountId, lock, timer });
  }

  /** Gives up those that are not to be started any more. */
  reconsider(): void {
    for (const id of this.pending.keys()) if (this.readWanted(id) === undefined) this.giveUp(id);
  }

  /** A container that is still to be started. */
  private readWanted(id: string): ContainerFile | undefined {
    try {
      const container = readContainerIfExists(this.store, id);
      return container?.State.Restarting ? container : undefined;
    } catch (error) {
      if (error instanceof CorruptStoreError) return undefined;
      throw error;
    }
  }

  private giveUp(id: string): void {
    const pending = this.take(id);
    clearTimeout(pending.timer);
    this.forget(id, pending);
  }

  private async forget(id: string, { container, mountId, lock }: Pending): Promise<void> {
    this.delays.delete(id);
    this.releasing++;
    try {
      await releaseHost(this.store, container, mountId, await volumesOf(this.store, container));
      lock[Symbol.dispose]();
    } finally {
      this.releasing--;
    }
    this.gaveUp();
  }

  private take(id: string): Pending {
    const pending = this.pending.get(id)!;
    this.pending.delete(id);
    return pending;
  }

  private async start(id: string): Promise<void> {
    const pending = this.take(id);
    this.starting++;
    let running: RunningContainer | undefined;
    try {
      running = await launchContainer(this.store, id, {
        tied: false,
        attached: false,
        restart: pending.lock,
      });
    } catch (error) {
      // The reason is in the container's state.
      if (!(error instanceof EngineError || error instanceof SystemError)) throw error;
    } finally {
      this.starting--;
    }
    if (running !== undefined) return this.started(running);
    const container = this.readWanted(id); // what the kernel refuses to execute is tried again
    if (container === undefined) await this.forget(id, pending);
    else this.add(container, pending.mountId, pending.lock);
  }
}

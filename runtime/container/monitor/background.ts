/**
 * The background monitor: one process per store that is the monitor of all containers that nobody runs in the foreground. It is
 * started by the first command that needs it, and ends with the last container. Killed at any moment it loses nothing: the next
 * command that meets its containers starts another one, which finds everything in the keepers' hands.
 */

import { releaseProgramText } from "../../../ffi/resident.ts";
import { Timer } from "../../../ffi/timer.ts";
import { readContainer } from "../../../storage/container/container_store.ts";
import type { DirectoryLock } from "../../../storage/lock.ts";
import type { Store } from "../../../storage/store.ts";
import { clearMounted } from "../repair.ts";
import { adoptContainer } from "./adopt.ts";
import { AdoptionServer } from "./adoption_server.ts";
import { Monitor } from "./monitor.ts";
import { Restarts } from "./restarts.ts";
import { isInNeedOfMonitor } from "./watch.ts";

/**
 * Looks after all containers of a store that need it and that nobody else looks after, and after the one with this id even if it
 * does not need it. Returns when there are none left. `lock` is what one process has, handed on by its starter.
 */
export async function runBackgroundMonitor(
  store: Store,
  lock: DirectoryLock,
  id?: string,
): Promise<void> {
  using _ = lock;
  await new BackgroundMonitor(store).run(id);
}

/** Milliseconds after which a background monitor has done most of its work. */
const SETTLED_AFTER = 1000;

class BackgroundMonitor {
  private readonly restarts: Restarts;
  private readonly monitored = new Set<Monitor>();
  private settling: Timer | undefined;
  private idle = Promise.withResolvers<void>();

  constructor(private readonly store: Store) {
    this.restarts = new Restarts(
      store,
      (running) => this.monitor(new Monitor(running)),
      () => this.tellIfIdle(),
    );
  }

  async run(id: string | undefined): Promise<void> {
    do {
      this.idle = Promise.withResolvers();
      using _ = new AdoptionServer(this.store, (wanted) => this.adoptAll(wanted));
      await this.adoptAll(id);
      if (!this.isIdle) await this.idle.promise;
      // Who comes now is not heard any more, waits for this one's end, and starts another one.
    } while (!this.isIdle);
    this.settling?.[Symbol.dispose]();
  }

  private get isIdle(): boolean {
    return this.monitored.size === 0 && this.restarts.size === 0;
  }

  private tellIfIdle(): void {
    if (this.isIdle) this.idle.resolve();
  }

  /** Takes over what needs a monitor, and the container with this id in any case. */
  private async adoptAll(wanted?: string): Promise<void> {
    this.settling?.[Symbol.dispose]();
    this.settling = new Timer(SETTLED_AFTER, releaseProgramText);
    this.restarts.reconsider();
    await clearMounted(this.store, (id, mountId, lock) => {
      const container = readContainer(this.store, id);
      if (container.State.Restarting) return this.restarts.add(container, mountId, lock);
      const running = id === wanted || isInNeedOfMonitor(this.store, container)
        ? adoptContainer(this.store, id, mountId, lock)
        : undefined;
      if (running !== undefined) this.monitor(new Monitor(running));
      else lock[Symbol.dispose]();
    });
    // Somebody who wants to attach has not found the socket of a container that is looked after.
    for (const monitor of this.monitored) if (monitor.id === wanted) monitor.serve();
  }

  private async monitor(monitor: Monitor): Promise<void> {
    this.monitored.add(monitor);
    monitor.serve();
    monitor.execs.adopt();
    try {
      const { restarting } = await monitor.ended;
      if (restarting) await this.adoptAll();
    } finally {
      this.monitored.delete(monitor);
      this.tellIfIdle();
    }
  }
}

/**
 * The background monitor: one process per store that is the monitor of all containers that nobody runs in the foreground. It is
 * started by the first command that needs it, and ends with the last container. Killed at any moment it loses nothing: the next
 * command that meets its containers starts another one, which finds everything in the keepers' hands.
 */

import { AT, O } from "../../../ffi/constants.ts";
import { isErrno } from "../../../ffi/errno.ts";
import { close, openAt, unlink } from "../../../ffi/file.ts";
import { readContainerIfExists } from "../../../storage/container/container_store.ts";
import { releaseProgramText } from "../../../ffi/resident.ts";
import { Timer } from "../../../ffi/timer.ts";
import { DirectoryLock } from "../../../storage/lock.ts";
import type { Store } from "../../../storage/store.ts";
import { clearMounted } from "../repair.ts";
import { adoptContainer } from "./adopt.ts";
import { askToAdopt, MONITOR_SOCKET } from "./background_client.ts";
import { Monitor } from "./monitor.ts";
import { Restarts } from "./restarts.ts";

/** Milliseconds between attempts to become the store's background monitor while another one says that it is ending. */
const RETRY = 10;

/** Looks after all containers of a store that nobody else looks after. Returns when there are none left. */
export async function runBackgroundMonitor(store: Store): Promise<void> {
  using lock = await becomeTheOne(store);
  if (lock === undefined) return;
  await new BackgroundMonitor(store).run();
}

/** The lock that one process has; undefined if another one has it and has been told to look around. */
async function becomeTheOne(store: Store): Promise<DirectoryLock | undefined> {
  for (;;) {
    const lock = DirectoryLock.tryTake(store.containers);
    if (lock !== undefined) return lock;
    if (await askToAdopt(store)) return undefined;
    await new Promise((resolve) => setTimeout(resolve, RETRY));
  }
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
      () => this.endIfIdle(),
    );
  }

  async run(): Promise<void> {
    do {
      this.idle = Promise.withResolvers();
      using _ = this.listen();
      await this.adoptAll();
      if (!this.isIdle) await this.idle.promise;
      // Who comes now is not heard any more, and starts another one, which waits for this one's end.
    } while (!this.isIdle);
    this.settling?.[Symbol.dispose]();
  }

  private get isIdle(): boolean {
    return this.monitored.size === 0 && this.restarts.size === 0;
  }

  private endIfIdle(): void {
    if (this.isIdle) this.idle.resolve();
  }

  /** Answers those who ask it to look for containers. */
  private listen(): Disposable {
    const directory = openAt(AT.FDCWD, this.store.root, O.PATH | O.DIRECTORY);
    removeSocket(directory);
    const path = `/proc/self/fd/${directory}/${MONITOR_SOCKET}`;
    const listener = Deno.listen({ transport: "unix", path });
    const serve = async () => {
      for await (const connection of listener) {
        await this.adoptAll();
        await connection.write(new Uint8Array(1)).catch(() => {}); // who asked has gone
        connection.close();
      }
    };
    serve();
    return {
      [Symbol.dispose]: () => {
        listener.close();
        removeSocket(directory);
        close(directory);
      },
    };
  }

  private async adoptAll(): Promise<void> {
    this.settling?.[Symbol.dispose]();
    this.settling = new Timer(SETTLED_AFTER, releaseProgramText);
    this.restarts.reconsider();
    await clearMounted(this.store, (id, mountId, lock) => {
      const container = readContainerIfExists(this.store, id);
      if (container?.State.Restarting) return this.restarts.add(container, mountId, lock);
      const running = adoptContainer(this.store, id, mountId, lock);
      if (running !== undefined) this.monitor(new Monitor(running));
      else lock[Symbol.dispose]();
    });
  }

  private async monitor(monitor: Monitor): Promise<void> {
    this.monitored.add(monitor);
    monitor.serve();
    try {
      const { restarting } = await monitor.ended;
      if (restarting) await this.adoptAll();
    } finally {
      this.monitored.delete(monitor);
      this.endIfIdle();
    }
  }
}

function removeSocket(directory: number): void {
  try {
    unlink(directory, MONITOR_SOCKET);
  } catch (error) {
    if (!isErrno(error, "ENOENT")) throw error;
  }
}

/** Waiting until something in a directory changes. */

/** Where the kernel does not tell (the directory does not exist yet; too many inotify instances), look this often. Milliseconds. */
const POLL_INTERVAL = 100;

export class Changes implements Disposable {
  private watcher: Deno.FsWatcher | undefined;
  private changed = false;
  private wake: () => void = () => {};

  constructor(private readonly path: string) {
    this.watch();
  }

  /** Resolves when something has changed, or may have, since the last time; after so many milliseconds at the latest. */
  async next(milliseconds: number): Promise<void> {
    const isWatched = this.watcher !== undefined;
    if (!this.changed) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.wake = resolve;
      const timer = setTimeout(
        resolve,
        Math.min(milliseconds, isWatched ? Infinity : POLL_INTERVAL),
      );
      await promise;
      clearTimeout(timer);
    }
    this.changed = false;
    if (!isWatched) this.watch();
  }

  [Symbol.dispose](): void {
    this.watcher?.close();
  }

  private watch(): void {
    try {
      this.watcher = Deno.watchFs(this.path, { recursive: false });
      void this.listen(this.watcher);
    } catch {
      this.watcher = undefined;
    }
  }

  private async listen(watcher: Deno.FsWatcher): Promise<void> {
    for await (const { kind } of watcher) {
      if (kind === "access") continue; // our own reading, too
      this.changed = true;
      this.wake();
    }
  }
}

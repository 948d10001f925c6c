/** Waiting until something in a directory changes: inotify(7). */

export class DirectoryChanges {
  private readonly watcher: Deno.FsWatcher;
  private changed = false;
  private wake: () => void = () => {};

  constructor(path: string) {
    this.watcher = Deno.watchFs(path, { recursive: false });
    void this.listen();
  }

  /** Resolves when something has changed since the last call, or after so many milliseconds. */
  async next(milliseconds: number): Promise<void> {
    if (!this.changed) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.wake = resolve;
      const timer = setTimeout(resolve, milliseconds);
      await promise;
      clearTimeout(timer);
    }
    this.changed = false;
  }

  [Symbol.dispose](): void {
    this.watcher.close();
  }

  private async listen(): Promise<void> {
    for await (const { kind } of this.watcher) {
      if (kind === "access") continue; // our own reading, too
      this.changed = true;
      this.wake();
    }
  }
}

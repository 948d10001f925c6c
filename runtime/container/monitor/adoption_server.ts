/** Where a store's background monitor is asked to take over containers: a socket in the store's root. */

import { AT, O } from "../../../ffi/constants.ts";
import { isErrno } from "../../../ffi/errno.ts";
import { close, openAt, unlink } from "../../../ffi/file.ts";
import { statIfExists } from "../../../ffi/stat.ts";
import type { Store } from "../../../storage/store.ts";
import { MONITOR_SOCKET, REQUEST_SIZE } from "./background_client.ts";

/** Takes over what needs a monitor, and the container with this id in any case. */
type Adopt = (id: string | undefined) => Promise<void>;

export class AdoptionServer implements Disposable {
  private readonly directory: number;
  private readonly watcher: Deno.FsWatcher | undefined;
  /** All but the last are out of reach. Closing one too early would take away the file that the next one has made. */
  private readonly listeners: Deno.UnixListener[] = [];

  constructor(store: Store, private readonly adopt: Adopt) {
    // Its name may be longer than a socket's may be: it is made through a descriptor.
    this.directory = openAt(AT.FDCWD, store.root, O.PATH | O.DIRECTORY);
    this.watcher = watch(store.root);
    this.listen();
    if (this.watcher !== undefined) this.keepListening(this.watcher);
  }

  [Symbol.dispose](): void {
    this.watcher?.close();
    for (const listener of this.listeners) listener.close();
    this.removeSocket();
    close(this.directory);
  }

  private listen(): void {
    this.removeSocket(); // what a monitor that was killed has left
    const path = `/proc/self/fd/${this.directory}/${MONITOR_SOCKET}`;
    const listener = Deno.listen({ transport: "unix", path });
    this.listeners.push(listener);
    this.serve(listener);
  }

  private async serve(listener: Deno.UnixListener): Promise<void> {
    for await (const connection of listener) this.answer(connection);
  }

  private async answer(connection: Deno.UnixConn): Promise<void> {
    using _ = connection;
    try {
      const request = new Uint8Array(REQUEST_SIZE);
      if (await connection.read(request) === null) return;
      const id = new TextDecoder().decode(request).replaceAll("\0", "");
      await this.adopt(id || undefined);
      await connection.write(new Uint8Array(1));
    } catch (error) {
      // Who asked has gone.
      if (
        !(error instanceof Deno.errors.BrokenPipe || error instanceof Deno.errors.ConnectionReset)
      ) {
        throw error;
      }
    }
  }

  /** A socket that somebody removes is made again: others would wait for the end of this process, to be heard. */
  private async keepListening(watcher: Deno.FsWatcher): Promise<void> {
    for await (const _ of watcher) {
      if (!statIfExists(this.directory, MONITOR_SOCKET)) this.listen();
    }
  }

  private removeSocket(): void {
    try {
      unlink(this.directory, MONITOR_SOCKET);
    } catch (error) {
      if (!isErrno(error, "ENOENT")) throw error;
    }
  }
}

/** Undefined where there may be no more of them: a user has 128. */
function watch(path: string): Deno.FsWatcher | undefined {
  try {
    return Deno.watchFs(path, { recursive: false });
  } catch {
    return undefined;
  }
}

/**
 * tmp/frozen-<id>-<pid>: that a container's processes may stand still without its file saying so, because the box process with
 * that pid is at it. What one that was killed leaves of that, the next command finds there, without asking the kernel about
 * every container.
 */

import { listNames } from "../../ffi/directory.ts";
import { unlinkIfExists, writeNewFile } from "../files.ts";
import type { Store } from "../store.ts";

export class FreezeNote {
  private constructor(private readonly path: string, readonly id: string) {}

  /** Needs the lock on the container, as whoever looks for notes takes it. */
  static write(store: Store, id: string): FreezeNote {
    const note = new FreezeNote(`${store.temporary}/frozen-${id}-${Deno.pid}`, id);
    writeNewFile(note.path, "", { mode: 0o600 });
    return note;
  }

  static all(store: Store): FreezeNote[] {
    return listNames(store.temporary).flatMap((name) => {
      const id = /^frozen-([a-f0-9]{64})-[0-9]+$/.exec(name)?.[1];
      return id === undefined ? [] : new FreezeNote(`${store.temporary}/${name}`, id);
    });
  }

  forget(): void {
    unlinkIfExists(this.path);
  }
}

/**
 * overlay2/<id>/cgroup-parent: below which control group the process runs that works on a layer, if it is not box's own. By that,
 * the next command finds what a build that was killed has left there.
 */

import { readTextIfExists, unlinkIfExists, writeNewFile } from "../files.ts";
import type { Store } from "../store.ts";

const pathOf = (store: Store, id: string) => `${store.overlays}/${id}/cgroup-parent`;

/** Needs the lock on the overlay. */
export function noteCgroupParent(store: Store, id: string, parent: string): Disposable {
  writeNewFile(pathOf(store, id), parent, { mode: 0o600 });
  return { [Symbol.dispose]: () => unlinkIfExists(pathOf(store, id)) };
}

/** Empty for box's own. */
export function readCgroupParent(store: Store, id: string): string {
  return readTextIfExists(pathOf(store, id)) ?? "";
}

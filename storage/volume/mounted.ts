/** What is mounted in a volume's directory. */

import { umount2 } from "../../ffi/mount.ts";
import { mountPoints } from "../../ffi/mount_points.ts";
import type { Store } from "../store.ts";
import { dataPath, volumePath } from "./volume_store.ts";

/** How many mounts lie on a volume's data, one upon the other. */
export function countMounts(store: Store, name: string): number {
  const data = dataPath(store, name);
  return mountsBelow(volumePath(store, name)).filter((path) => path === data).length;
}

/** Whether anything is mounted in a volume. */
export function hasMounts(store: Store, name: string): boolean {
  return mountsBelow(volumePath(store, name)).length > 0;
}

/** Takes away what lies on a volume's data. */
export function unmountData(store: Store, name: string): void {
  for (let left = countMounts(store, name); left > 0; left--) umount2(dataPath(store, name));
}

/** Paths of the mounts at and below a directory, in this thread's mount namespace; as if no symbolic link led to it. */
function mountsBelow(path: string): string[] {
  const real = Deno.realPathSync(path);
  return mountPoints()
    .filter((mount) => mount === real || mount.startsWith(`${real}/`))
    .map((mount) => path + mount.slice(real.length));
}

/** What a container changed in its root file system. */

import type { Time } from "../ffi/file.ts";
import { isDirectory, type Stat } from "../ffi/stat.ts";
import { getAttributeOfPath } from "../ffi/xattr.ts";

export interface Change {
  /** Absolute, as the container sees it. */
  readonly path: string;
  readonly kind: "added" | "changed" | "deleted";
}

/** A file at a path that leads over no symbolic link. */
interface File {
  readonly path: string;
  readonly stat: Stat;
}

/** docker's measure: size and time only count for what is no directory. */
export function differ(one: File, other: File): boolean {
  const a = one.stat, b = other.stat;
  if (a.mode !== b.mode || a.uid !== b.uid || a.gid !== b.gid) return true;
  if (a.nodeDevice.join() !== b.nodeDevice.join()) return true;
  if (!isDirectory(a) && (a.size !== b.size || !isSameTime(a.modified, b.modified))) return true;
  return capabilityOf(one) !== capabilityOf(other);
}

/** To the nanosecond, unlike docker, which misses what is changed in the second in which it was made. */
function isSameTime(a: Time, b: Time): boolean {
  return a.seconds === b.seconds && a.nanoseconds === b.nanoseconds;
}

function capabilityOf({ path }: File): string | undefined {
  return getAttributeOfPath(path, "security.capability")?.toHex();
}

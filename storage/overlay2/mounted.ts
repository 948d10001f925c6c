/** Which overlays of a store are mounted. */

import { readTextIfExists } from "../files.ts";
import type { Store } from "../store.ts";

/** Their ids, as this process sees it. */
export function listMountedOverlays(store: Store): string[] {
  const prefix = `${Deno.realPathSync(store.overlays)}/`, suffix = "/merged";
  return (readTextIfExists("/proc/self/mountinfo") ?? "").split("\n")
    .map((line) => unescapeOctal(line.split(" ", 5)[4] ?? ""))
    .filter((path) => path.startsWith(prefix) && path.endsWith(suffix))
    .map((path) => path.slice(prefix.length, -suffix.length))
    .filter((mountId) => /^[a-f0-9]+$/.test(mountId));
}

/** Space, tab, newline and backslash are written as \ooo in mountinfo: proc_pid_mountinfo(5). */
function unescapeOctal(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, digits) => String.fromCharCode(parseInt(digits, 8)));
}

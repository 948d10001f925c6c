/** What of a program is resident: madvise(2). */

import { kernel } from "./kernel.ts";

const MADV_DONTNEED = 4;

/**
 * Gives back the pages of this process that hold machine code of files, some 20 MB after a start: they come back from the page
 * cache as they are used again, which a process that mostly waits seldom does. Code is never written to, so nothing is lost.
 */
export function releaseProgramText(): void {
  for (const line of Deno.readTextFileSync("/proc/self/maps").split("\n")) {
    // address, permissions, offset, device, inode, path: proc_pid_maps(5)
    const [range, permissions, , , inode] = line.split(/ +/, 5);
    if (permissions !== "r-xp" || inode === "0") continue;
    const [start, end] = range.split("-").map((address) => BigInt(`0x${address}`));
    kernel.madvise(Deno.UnsafePointer.create(start), end - start, MADV_DONTNEED);
  }
}

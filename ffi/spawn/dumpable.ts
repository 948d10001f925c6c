/**
 * The dumpable attribute of this address space: prctl(2).
 *
 * The kernel takes it away when a process that shares the address space becomes another user, so that this user cannot look
 * into box's memory with ptrace. It is given back when all such processes have left, for without it an ordinary user may not
 * write uid_map of the next one.
 */

import { PR } from "../constants.ts";
import { kernel } from "../kernel.ts";

let guests = 0;
let dumpableBefore = false;

function isDumpable(): boolean {
  return kernel.prctl(PR.GET_DUMPABLE, 0n, 0n, 0n, 0n) === 1;
}

/** Before a process shares this address space. */
export function beginSharing(): void {
  if (guests++ === 0) dumpableBefore = isDumpable();
}

/** When it has left. */
export function endSharing(): void {
  if (--guests > 0 || !dumpableBefore || isDumpable()) return;
  kernel.prctl(PR.SET_DUMPABLE, 1n, 0n, 0n, 0n);
}

/** An ordinary user's box that has entered his namespace stays there, with what it starts. */

import { LOCK } from "../../ffi/constants.ts";
import { entered } from "../../ffi/entered.ts";
import { kernel } from "../../ffi/kernel.ts";
import { makeLasting } from "../../ffi/spawn/lasting.ts";

/** Has the namespace kept by what this process starts, if it has entered one. */
export function stayInside(): void {
  const here = entered();
  // The variable may be older than this process, which has the lock already if it is not.
  if (here !== undefined && kernel.flock(here.users, LOCK.SH | LOCK.NB) === 0) {
    makeLasting(here.users);
  }
}

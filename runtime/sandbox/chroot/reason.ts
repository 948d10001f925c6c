/** Whether sandboxes have to be kept by a chroot alone. */

import { mountingRefusal } from "../../../ffi/privilege.ts";
import type { Store } from "../../../storage/store.ts";

/** The errno with which the kernel refuses to mount, where layers can do without; undefined where there are sandboxes as docker's. */
export function whyChroot(store: Store): string | undefined {
  // What is stacked has to be mounted: there the refusal is told as what it is.
  return store.driver === "overlay2" ? undefined : mountingRefusal()?.code;
}

/** What a sandbox lacks then, for those who may think that it has it. */
export function chrootWarning(why: string): string {
  return `Mounting is not permitted here (${why}): this runs in a chroot, with the network, the ` +
    "processes and the host name of its surroundings, without /proc and /sys, and without " +
    "control groups. It is not isolated from what it runs beside";
}

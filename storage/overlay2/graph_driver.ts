/** What `inspect` says of the directories that the kernel mounts. */

import { readLink } from "../../ffi/file.ts";
import { AT } from "../../ffi/constants.ts";
import type { GraphDriver } from "../driver/driver.ts";
import type { Store } from "../store.ts";
import { lowerLinks } from "./directory.ts";

/** The directories of overlay2/<id>; an overlay without others below has no LowerDir. */
export function describeOverlay(store: Store, id: string): GraphDriver {
  const path = `${store.overlays}/${id}`;
  const lower = lowerLinks(store, id)
    .map((link) => `${store.overlays}/l/${readLink(AT.FDCWD, `${store.overlays}/${link}`)}`)
    .map((target) => target.replace(/\/l\/\.\.\//, "/"));
  return {
    Data: {
      ...(lower.length > 0 && { LowerDir: lower.join(":") }),
      MergedDir: `${path}/merged`,
      UpperDir: `${path}/diff`,
      WorkDir: `${path}/work`,
    },
    Name: "overlay2",
  };
}

/** What a layer shows together with those below it: mounted where nobody sees it, if it has to be mounted for that. */

import { AT, O } from "../../ffi/constants.ts";
import { type DirectoryFd, openAt, withFd } from "../../ffi/file.ts";
import { cloneTree } from "../../ffi/mount.ts";
import { inPrivateMountNamespace } from "../../ffi/mount_namespace.ts";
import type { Store } from "../store.ts";
import { driverOf } from "./driver.ts";

/**
 * A descriptor of a layer's view, which takes what was mounted for it along when it is closed. Nothing is to be written through it,
 * unless that was asked for, and then nobody else may have the layer mounted. `open` says what of it, given its path for as
 * long as it is called; the whole of it if there is none.
 */
export function openView(
  store: Store,
  id: string,
  access: "read" | "write" = "read",
  open?: (path: string) => number,
): DirectoryFd {
  const driver = driverOf(store), show = () => driver.mountPrivately(store, id, access);
  const openDirectory = (path: string) => openAt(AT.FDCWD, path, O.RDONLY | O.DIRECTORY);
  if (!driver.takesMount(store, id)) return (open ?? openDirectory)(show());
  return inPrivateMountNamespace(() => {
    if (open !== undefined) return open(show());
    if (access === "read") return cloneTree(show(), false);
    return withFd(cloneTree(show(), false), (tree) => openAt(tree, ".", O.RDONLY | O.DIRECTORY));
  });
}

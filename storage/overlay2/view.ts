/** What a layer shows together with those below it, to be read: mounted where nobody sees it. */

import { AT, O } from "../../ffi/constants.ts";
import { type DirectoryFd, openAt, withFd } from "../../ffi/file.ts";
import { cloneTree } from "../../ffi/mount.ts";
import { inPrivateMountNamespace } from "../../ffi/mount_namespace.ts";
import type { Store } from "../store.ts";
import { lowerLinks } from "./directory.ts";
import { mountOverlayPrivately } from "./mount.ts";

/**
 * A detached mount of overlay2/<id> as a descriptor, which takes the mount along when it is closed. Nothing is to be written
 * through it, unless that was asked for, and then it goes into the diff, which nobody else may have mounted. `open` says what of it, given its path for as long as it is called; the whole of it if there is none.
 */
export function openOverlay(
  store: Store,
  id: string,
  open: (path: string) => number = (path) => cloneTree(path, false),
  access: "read" | "write" = "read",
): DirectoryFd {
  return inPrivateMountNamespace(() => open(pathOf(store, id, access)));
}

function pathOf(store: Store, id: string, access: "read" | "write"): string {
  return lowerLinks(store, id).length === 0
    ? `${store.overlays}/${id}/diff`
    : mountOverlayPrivately(store, id, access);
}

/** The same for writing: what is written goes into the diff. Nobody else may have the overlay mounted. */
export function openOverlayToWrite(store: Store, id: string): DirectoryFd {
  if (lowerLinks(store, id).length === 0) {
    return openAt(AT.FDCWD, `${store.overlays}/${id}/diff`, O.RDONLY | O.DIRECTORY);
  }
  return inPrivateMountNamespace(() =>
    withFd(
      cloneTree(mountOverlayPrivately(store, id, "write"), false),
      (tree) => openAt(tree, ".", O.RDONLY | O.DIRECTORY),
    )
  );
}

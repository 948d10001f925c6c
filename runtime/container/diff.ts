/** What a container changed in its root file system. */

import { mountIdOf } from "../../storage/container/staged_container.ts";
import { type Change, listChanges } from "../../storage/overlay2/changes.ts";
import { diffDirectories } from "../../storage/overlay2/directory.ts";
import type { Store } from "../../storage/store.ts";

/** Changes against the image. Reads the layers as they lie on disk: nothing is mounted, the container may run. */
export function diffContainer(store: Store, id: string): Change[] {
  const [own, ...below] = diffDirectories(store, mountIdOf(store, id));
  return listChanges(own, below);
}

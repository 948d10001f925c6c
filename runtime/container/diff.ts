/** What a container changed in its root file system. */

import type { Change } from "../../storage/change.ts";
import { mountIdOf } from "../../storage/container/staged_container.ts";
import { driverOf } from "../../storage/driver/driver.ts";
import type { Store } from "../../storage/store.ts";

/** Changes against the image. Reads the layers as they lie on disk: nothing is mounted, the container may run. */
export function diffContainer(store: Store, id: string): Change[] {
  return driverOf(store).listChanges(store, mountIdOf(store, id));
}

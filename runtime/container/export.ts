/** A container's root file system as an archive. */

import { openDirectory } from "../../ffi/directory.ts";
import { close } from "../../ffi/file.ts";
import { readContainer } from "../../storage/container/container_store.ts";
import { packTree } from "../../storage/layer/pack.ts";
import type { Store } from "../../storage/store.ts";
import { recordContainerEvent } from "./record_event.ts";
import { prepareForContainers } from "./repair.ts";
import { openRootView } from "./root_view.ts";

/** Packs the image's files and the container's own into a tar; volumes and other mounts are left out. */
export async function exportContainer(
  store: Store,
  id: string,
  sink: (bytes: Uint8Array<ArrayBuffer>) => void,
): Promise<void> {
  await prepareForContainers(store);
  using root = await openRootView(store, id, { access: "read", mounts: false });
  const directory = openDirectory(root.fd, ".");
  try {
    for (const chunk of packTree(directory, { form: "plain", ids: root.ids })) sink(chunk);
    recordContainerEvent(store, readContainer(store, id), "export");
  } finally {
    close(directory);
  }
}

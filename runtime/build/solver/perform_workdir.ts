/** WORKDIR carried out. */

import type { Layer } from "../../../storage/layer/layer_store.ts";
import { WorkingLayer } from "../../../storage/layer/working_layer.ts";
import { makeMissing } from "../../../storage/overlay2/make_missing.ts";
import { imageUser } from "./image_user.ts";
import type { BuildSession } from "./session.ts";

/** Returns the layer with the directory, unsynced; undefined if it is there. */
export async function makeWorkingDirectory(
  { store, lease, request }: BuildSession,
  parent: Layer | undefined,
  path: string,
  user: string,
): Promise<Layer | undefined> {
  using working = new WorkingLayer(store, parent);
  const { directories } = working;
  const owner = imageUser(directories, user);
  const isMade = makeMissing(directories, { path, kind: "directory" }, owner);
  return isMade ? await working.publish(lease, request.sourceDateEpoch) : undefined;
}

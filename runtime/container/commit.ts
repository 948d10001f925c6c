/** Making an image of what a container changed. */

import type { ContainerFile } from "../../storage/container/config.ts";
import { readContainer } from "../../storage/container/container_store.ts";
import { FreezeNote } from "../../storage/container/freeze_note.ts";
import { mountIdOf, parentLayerOf } from "../../storage/container/staged_container.ts";
import { driverOf } from "../../storage/driver/driver.ts";
import { EMPTY_LAYER } from "../../storage/layer/layer_store.ts";
import {
  encodeImageConfig,
  hostArchitecture,
  type ImageConfig,
} from "../../storage/image/config.ts";
import {
  type CreatedImage,
  createImage,
  readImageConfig,
} from "../../storage/image/image_store.ts";
import { recordImageEvent } from "../../storage/image/record_event.ts";
import { formatReference, parseNewReference } from "../../storage/image/reference.ts";
import { LayerLease } from "../../storage/layer/lease.ts";
import { type Layer, readLayer } from "../../storage/layer/layer_store.ts";
import { StagedLayer } from "../../storage/layer/staged_layer.ts";
import type { Store } from "../../storage/store.ts";
import { now } from "../../storage/time.ts";
import { BOX_VERSION } from "../../storage/version.ts";
import { applyChanges } from "../build/changes.ts";
import { lockContainer } from "./lock_container.ts";
import { isAlive } from "./process_identity.ts";
import { cgroupOf } from "./processes.ts";
import { recordContainerEvent } from "./record_event.ts";
import { prepareForContainers } from "./repair.ts";

export interface CommitRequest {
  /** `REPOSITORY[:TAG]` */
  readonly reference?: string;
  readonly author?: string;
  readonly comment?: string;
  /** Dockerfile instructions that change the image's configuration. */
  readonly changes: readonly string[];
  /** Whether a running container stands still meanwhile. */
  readonly pause: boolean;
}

/** Makes an image with one layer more than the container's own; none more if nothing was changed. */
export async function commitContainer(
  store: Store,
  id: string,
  request: CommitRequest,
): Promise<CreatedImage> {
  const references = request.reference ? [parseNewReference(request.reference)] : [];
  await prepareForContainers(store);
  using _ = lockContainer(store, id, "shared");
  const container = readContainer(store, id);
  const config = applyChanges(container.Config, request.changes);
  const parent = readImageConfig(store, container.Image); // as with docker, it must not be gone

  using lease = LayerLease.begin(store);
  const commit = () => commitLayer(store, id, lease);
  const layer = request.pause ? await whilePaused(store, container, commit) : await commit();
  const created = now();
  const image: ImageConfig = {
    architecture: parent.architecture ?? hostArchitecture,
    ...(parent.variant && { variant: parent.variant }),
    ...(request.author && { author: request.author }),
    ...(request.comment && { comment: request.comment }),
    config,
    container: id,
    container_config: container.Config,
    created,
    docker_version: BOX_VERSION,
    history: [...parent.history ?? [], {
      created,
      ...(request.author && { author: request.author }),
      created_by: (container.Config.Cmd ?? []).join(" "),
      ...(request.comment && { comment: request.comment }),
      ...(layer.isEmpty && { empty_layer: true }),
    }],
    os: container.OS,
    rootfs: {
      type: "layers",
      diff_ids: [...parent.rootfs.diff_ids ?? [], ...(layer.isEmpty ? [] : [layer.diffId])],
    },
  };
  const result = await createImage(store, {
    bytes: encodeImageConfig(image),
    topLayer: layer.chainId,
    parent: container.Image,
    references,
  });
  lease.finish();
  const imageRef = references.map(formatReference).join();
  if (imageRef) recordImageEvent(store, "tag", result.id, imageRef);
  recordContainerEvent(store, container, "commit", {
    comment: request.comment ?? "",
    imageID: result.id,
    imageRef,
  });
  return result;
}

interface CommittedLayer {
  readonly diffId: string;
  /** Of the topmost layer of the new image. */
  readonly chainId: string | undefined;
  readonly isEmpty: boolean;
}

async function commitLayer(
  store: Store,
  id: string,
  lease: LayerLease,
): Promise<CommittedLayer> {
  const parentId = parentLayerOf(store, id);
  const parent: Layer | undefined = parentId ? readLayer(store, parentId) : undefined;
  using staged = StagedLayer.begin(store);
  const changes = driverOf(store).packChanges(store, mountIdOf(store, id));
  const content = await staged.ingest(changes);
  if (content.diffId === EMPTY_LAYER) {
    return { diffId: content.diffId, chainId: parentId, isEmpty: true };
  }
  const layer = await staged.publish(content, parent, lease);
  return { diffId: layer.diffId, chainId: layer.chainId, isEmpty: false };
}

/** Keeps a running container's processes frozen while something is done; one that does not run needs no care. */
async function whilePaused<T>(
  store: Store,
  container: ContainerFile,
  action: () => Promise<T>,
): Promise<T> {
  const isAwake = isAlive(container) && !container.State.Paused;
  const cgroup = isAwake ? cgroupOf(container) : undefined;
  if (cgroup === undefined) return await action();
  const note = FreezeNote.write(store, container.ID);
  try {
    await cgroup.freeze();
    return await action();
  } finally {
    await cgroup.thaw();
    note.forget();
  }
}

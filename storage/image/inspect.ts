/** All about an image, in docker's form. */

import { chainIdsOf, readLayer, sizeOfChain } from "../layer/layer_store.ts";
import { driverOf, type GraphDriver } from "../driver/driver.ts";
import type { Store } from "../store.ts";
import { ZERO_TIME } from "../time.ts";
import { completeConfig } from "./complete_config.ts";
import type { ContainerConfig } from "./config.ts";
import { type Image, lastTagTime, parentOf } from "./image_store.ts";
import { canonicalName } from "./reference.ts";
import { Repositories } from "./repositories.ts";

/** docker's types.ImageInspect, in its order. */
export interface ImageInspect {
  readonly Id: string;
  readonly RepoTags: readonly string[];
  readonly RepoDigests: readonly string[];
  readonly Parent: string;
  readonly Comment: string;
  readonly Created: string;
  readonly Container: string;
  readonly ContainerConfig: ContainerConfig;
  readonly DockerVersion: string;
  readonly Author: string;
  readonly Config: ContainerConfig | null;
  readonly Architecture: string;
  readonly Variant?: string;
  readonly Os: string;
  readonly Size: number;
  readonly VirtualSize: number;
  readonly GraphDriver: GraphDriver;
  readonly RootFS: { readonly Type: string; readonly Layers?: readonly string[] };
  readonly Metadata: { readonly LastTagTime: string };
}

export async function inspectImage(store: Store, { id, config }: Image): Promise<ImageInspect> {
  const { tags, digests } = Repositories.read(store).namesOf(id);
  const diffIds = config.rootfs.diff_ids ?? [];
  const top = (await chainIdsOf(diffIds)).at(-1);
  const size = sizeOfChain(store, top);
  return {
    Id: id,
    RepoTags: inOrder(tags),
    RepoDigests: inOrder(digests),
    Parent: parentOf(store, id) ?? "",
    Comment: config.comment || config.history?.at(-1)?.comment || "",
    Created: config.created ?? ZERO_TIME,
    Container: config.container ?? "",
    ContainerConfig: completeConfig(config.container_config ?? {}),
    DockerVersion: config.docker_version ?? "",
    Author: config.author ?? "",
    Config: config.config ? completeConfig(config.config) : null,
    Architecture: config.architecture ?? "",
    ...(config.variant && { Variant: config.variant }),
    Os: config.os || "linux",
    Size: size,
    VirtualSize: size,
    GraphDriver: top === undefined
      ? { Data: null, Name: store.driver }
      : driverOf(store).describe(store, readLayer(store, top).cacheId),
    RootFS: {
      Type: config.rootfs.type || "layers",
      ...(diffIds.length > 0 && { Layers: diffIds }),
    },
    Metadata: { LastTagTime: lastTagTime(store, id) ?? ZERO_TIME },
  };
}

/** As docker orders them: by their full names, so that those of docker.io come first. */
function inOrder(names: readonly string[]): string[] {
  return names.toSorted((a, b) => canonicalName(a) < canonicalName(b) ? -1 : 1);
}

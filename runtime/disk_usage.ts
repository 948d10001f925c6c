/** What takes how much of the store, and how much of that could be had back: `docker system df`. */

import { SystemError } from "../ffi/errno.ts";
import { EngineError } from "../storage/errors.ts";
import { type ImageSummary, listImages } from "../storage/image/list.ts";
import { LayerIndex } from "../storage/layer/layer_index.ts";
import type { Store } from "../storage/store.ts";
import { readVolumeUses } from "../storage/volume/uses.ts";
import { type CacheObject, listCacheObjects } from "./build/cache_usage.ts";
import { sizesOf } from "./container/inspect.ts";
import { listContainers, type ListedContainer } from "./container/list.ts";
import { listVolumes, type VolumeInspect } from "./volume/list.ts";
import { sizeOfVolume } from "./volume/remove.ts";

/** All sizes are in bytes. */
export interface DiskUsage {
  readonly images: readonly {
    readonly image: ImageSummary;
    /** How many containers were made of it. */
    readonly containers: number;
    /** In layers that other images have, too. */
    readonly sharedSize: number;
  }[];
  /** Of the layers of all images, each counted once. */
  readonly layersSize: number;
  readonly containers: readonly {
    readonly listed: ListedContainer;
    /** What it wrote. */
    readonly size: number;
  }[];
  /** Those without options: what the others hold is not the store's. */
  readonly volumes: readonly {
    readonly volume: VolumeInspect;
    /** How many containers use it. */
    readonly links: number;
    readonly size: number;
  }[];
  readonly buildCache: readonly CacheObject[];
  /** What could not be read, and why. */
  readonly problems: readonly string[];
}

export async function diskUsage(store: Store): Promise<DiskUsage> {
  const { containers, problems: ofContainers } = listContainers(store, {
    all: true,
    limit: 0,
    filters: [],
  });
  const { images, problems: ofImages } = listImages(store, { all: false, filters: [] });
  const { volumes, problems: ofVolumes } = listVolumes(store, []);
  const problems = [...ofContainers, ...ofImages, ...ofVolumes];
  const measured = (measure: () => number) => sizeOrProblem(measure, problems);
  const uses = readVolumeUses(store);
  return {
    ...usageOfImages(store, images, containers),
    containers: containers.map((listed) => ({
      listed,
      size: measured(() => sizesOf(store, listed.container.ID).SizeRw),
    })),
    volumes: volumes.filter(({ Options }) => Options === null).map((volume) => ({
      volume,
      links: uses.of(volume.Name).length,
      size: measured(() => sizeOfVolume(store, volume.Name)),
    })),
    buildCache: await listCacheObjects(store),
    problems,
  };
}

function usageOfImages(
  store: Store,
  images: readonly ImageSummary[],
  containers: readonly ListedContainer[],
): Pick<DiskUsage, "images" | "layersSize"> {
  const index = new LayerIndex(store);
  const layersOf = new Map(images.map(({ id, diffIds }) => [id, index.layersOf(diffIds)]));
  const users = new Map<string, number>(), sizes = new Map<string, number>();
  for (const { chainId, size } of [...layersOf.values()].flat()) {
    users.set(chainId, (users.get(chainId) ?? 0) + 1);
    sizes.set(chainId, size);
  }
  const sum = (values: Iterable<number>) => [...values].reduce((total, each) => total + each, 0);
  return {
    images: images.map((image) => {
      const shared = layersOf.get(image.id)!.filter(({ chainId }) => users.get(chainId)! > 1);
      return {
        image,
        containers: containers.filter(({ container }) => container.Image === image.id).length,
        sharedSize: sum(shared.map(({ size }) => size)),
      };
    }),
    layersSize: sum(sizes.values()),
  };
}

function sizeOrProblem(measure: () => number, problems: string[]): number {
  try {
    return measure();
  } catch (error) {
    if (!(error instanceof EngineError || error instanceof SystemError)) throw error;
    problems.push(error.message);
    return 0;
  }
}

/** The lines of `box system df`: one for each kind of thing. */

import type { DiskUsage } from "../../runtime/disk_usage.ts";
import { humanSize } from "../format/units.ts";

/** The titles of its columns. */
export const usageHeaders = {
  Type: "TYPE",
  TotalCount: "TOTAL",
  Active: "ACTIVE",
  Size: "SIZE",
  Reclaimable: "RECLAIMABLE",
};

type UsageRow = Readonly<Record<keyof typeof usageHeaders, string>>;

export function usageRows(usage: DiskUsage): UsageRow[] {
  const { images, containers, volumes, buildCache, layersSize } = usage;
  const total = (sizes: readonly number[]) => sizes.reduce((sum, size) => sum + size, 0);
  const sizeOf = ({ size }: { readonly size: number }) => size;

  const used = images.filter((image) => image.containers > 0);
  const needed = total(used.map(({ image, sharedSize }) => image.size - sharedSize));
  const isLive = ({ listed }: DiskUsage["containers"][number]) => listed.container.State.Running;
  const written = total(containers.map(sizeOf)), inVolumes = total(volumes.map(sizeOf));
  const running = containers.filter((each) => isLive(each));
  const mounted = volumes.filter(({ links }) => links > 0);
  const cached = total(buildCache.filter(({ isShared }) => !isShared).map(sizeOf));
  const row = (
    Type: string,
    count: number,
    active: number,
    size: number,
    Reclaimable: string,
  ): UsageRow => ({
    Type,
    TotalCount: String(count),
    Active: String(active),
    Size: humanSize(size),
    Reclaimable,
  });
  return [
    row("Images", images.length, used.length, layersSize, share(layersSize - needed, layersSize)),
    row(
      "Containers",
      containers.length,
      running.length,
      written,
      share(written - total(running.map(sizeOf)), written),
    ),
    row(
      "Local Volumes",
      volumes.length,
      mounted.length,
      inVolumes,
      share(inVolumes - total(mounted.map(sizeOf)), inVolumes),
    ),
    row("Build Cache", buildCache.length, 0, cached, humanSize(cached)),
  ];
}

/** `3B (100%)` */
function share(size: number, whole: number): string {
  return whole > 0 ? `${humanSize(size)} (${Math.trunc(size * 100 / whole)}%)` : humanSize(size);
}

/** `box system df -v`: every image, container, volume and step of a build. */

import type { DiskUsage } from "../../runtime/disk_usage.ts";
import { CliError } from "../cli/errors.ts";
import { writeOut } from "../cli/output.ts";
import { containerHeaders, ContainerRow } from "../container_row.ts";
import { currentTime, elapsed, timeOf } from "../elapsed_time.ts";
import { formatRows, type RowsFormat } from "../format/table.ts";
import {
  parseTemplate,
  TemplateExecutionError,
  TemplateParseError,
} from "../format/template/mod.ts";
import { contextType, sliceOf, structOf } from "../format/go/types.ts";
import { humanSize } from "../format/units.ts";
import { imageHeaders, imageRows } from "../image_row.ts";
import { volumeHeaders, VolumeRow } from "../volume_row.ts";

const cacheHeaders = {
  ID: "CACHE ID",
  CacheType: "CACHE TYPE",
  Size: "SIZE",
  CreatedSince: "CREATED",
  LastUsedSince: "LAST USED",
  UsageCount: "USAGE",
  Shared: "SHARED",
};

type Table = Pick<RowsFormat, "headers" | "defaultTable" | "typeName">;

const tables = {
  Images: {
    headers: imageHeaders,
    defaultTable: "table {{.Repository}}\t{{.Tag}}\t{{.ID}}\t{{.CreatedSince}}\t{{.VirtualSize}}" +
      "\t{{.SharedSize}}\t{{.UniqueSize}}\t{{.Containers}}",
    typeName: "formatter.imageContext",
  },
  Containers: {
    headers: containerHeaders,
    defaultTable: "table {{.ID}}\t{{.Image}}\t{{.Command}}\t{{.LocalVolumes}}\t{{.Size}}" +
      "\t{{.RunningFor}}\t{{.Status}}\t{{.Names}}",
    typeName: "formatter.ContainerContext",
  },
  Volumes: {
    headers: volumeHeaders,
    defaultTable: "table {{.Name}}\t{{.Links}}\t{{.Size}}",
    typeName: "formatter.volumeContext",
  },
  BuildCache: {
    headers: cacheHeaders,
    defaultTable: "table {{.ID}}\t{{.CacheType}}\t{{.Size}}\t{{.CreatedSince}}" +
      "\t{{.LastUsedSince}}\t{{.UsageCount}}\t{{.Shared}}",
    typeName: "formatter.buildCacheContext",
  },
} satisfies Record<string, Table>;

type Rows = Readonly<Record<keyof typeof tables, readonly object[]>>;

/** Prints the four tables, or what a format makes of their rows. */
export function printDetails(usage: DiskUsage, format: string | undefined): void {
  const rows = rowsOf(usage, format !== undefined && format !== "table");
  writeOut(
    format && format !== "table" ? formatAll(rows, format) : describe(rows, usage),
  );
}

function describe(rows: Rows, { buildCache }: DiskUsage): string {
  const table = (name: keyof Rows) => formatRows({ ...tables[name], rows: rows[name] });
  const own = buildCache.filter(({ isShared }) => !isShared);
  const cached = humanSize(own.reduce((sum, { size }) => sum + size, 0));
  return [
    `Images space usage:\n\n${table("Images")}`,
    `Containers space usage:\n\n${table("Containers")}`,
    `Local Volumes space usage:\n\n${table("Volumes")}`,
    `Build cache usage: ${cached}\n\n${table("BuildCache")}`,
  ].join("\n");
}

function formatAll(rows: Rows, format: string): string {
  const listOf = (name: keyof Rows) => sliceOf(contextType(tables[name].typeName));
  const type = structOf("formatter.diskUsageContext", {
    Images: listOf("Images"),
    Containers: listOf("Containers"),
    Volumes: listOf("Volumes"),
    BuildCache: listOf("BuildCache"),
  });
  try {
    return parseTemplate(format.replace(/^table/, "").trimStart()).execute(rows, { type });
  } catch (error) {
    if (error instanceof TemplateParseError) {
      throw new CliError(`template parsing error: ${error.message}`);
    }
    throw error instanceof TemplateExecutionError ? new CliError(error.message) : error;
  }
}

/** `whole`: ids that are not cut, for who formats them. */
function rowsOf({ images, containers, volumes, buildCache }: DiskUsage, whole: boolean): Rows {
  const now = currentTime(), truncate = !whole;
  const sizes = new Map(containers.map(({ listed, size }) => [listed.container.ID, size]));
  const sizesOf = (id: string) => ({ SizeRw: sizes.get(id) ?? 0, SizeRootFs: 0 });
  return {
    Images: images.flatMap(({ image, ...usage }) =>
      imageRows(image, { now, truncate, digests: false }, usage)
    ),
    Containers: containers.map(({ listed }) =>
      new ContainerRow(listed, { now, truncate, sizesOf })
    ),
    Volumes: volumes.map(({ volume, ...usage }) => new VolumeRow(volume, usage)),
    BuildCache: buildCache.map(({ id, kind, size, isShared, lastUsed }) => ({
      ID: truncate ? id.slice(0, 12) : id,
      CacheType: kind,
      Size: humanSize(size),
      // Box keeps neither.
      CreatedSince: "N/A",
      UsageCount: "N/A",
      LastUsedSince: `${elapsed(timeOf(lastUsed), now)} ago`,
      Shared: String(isShared),
    })),
  };
}

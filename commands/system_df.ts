import { diskUsage } from "../runtime/disk_usage.ts";
import { Store } from "../storage/store.ts";
import { noArgs } from "./cli/arguments.ts";
import { defineCommand } from "./cli/command.ts";
import { bool, string } from "./cli/options.ts";
import { usageHeaders, usageRows } from "./disk_usage/summary.ts";
import { printRows, warnOf } from "./list_format.ts";

export const command = defineCommand({
  usage: "[OPTIONS]",
  summary: "Show how much disk space the store takes",
  args: noArgs,
  options: {
    format: string(null, "Pretty-print using a Go template"),
    verbose: bool("v", "Show detailed information on space usage"),
  },
  examples: [["box system df -v", "Show it for each image, container and volume"]],
  async run({ options: { format, verbose }, root }) {
    const usage = await diskUsage(new Store(root));
    if (verbose) {
      const { printDetails } = await import("./disk_usage/details.ts");
      printDetails(usage, format);
    } else {
      printRows({
        format,
        rows: usageRows(usage),
        headers: usageHeaders,
        defaultTable: "table {{.Type}}\t{{.TotalCount}}\t{{.Active}}\t{{.Size}}\t{{.Reclaimable}}",
        typeName: "formatter.diskUsageContext",
      });
    }
    warnOf(usage.problems);
  },
});

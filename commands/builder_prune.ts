import { pruneBuildCache } from "../runtime/build/cache_usage.ts";
import { Store } from "../storage/store.ts";
import { noArgs } from "./cli/arguments.ts";
import { defineCommand } from "./cli/command.ts";
import { bool, filter, unsupported } from "./cli/options.ts";
import { print } from "./cli/output.ts";
import { confirms } from "./confirmation.ts";
import { humanSize } from "./format/units.ts";

export const command = defineCommand({
  usage: "[OPTIONS]",
  summary: "Remove build cache",
  args: noArgs,
  options: {
    all: bool("a", "Remove all unused build cache, not just dangling ones"),
    filter: filter(null, "Provide filter values (e.g. 'until=24h')"),
    force: bool("f", "Do not prompt for confirmation"),
    "keep-storage": unsupported("bytes", null, "Amount of disk space to keep for cache"),
  },
  examples: [
    ["box builder prune -f", "Forget the steps that are in no image, and empty cache mounts"],
    ["box builder prune -af --filter until=48h", "Forget whatever was not used for two days"],
  ],
  async run({ options: { all, filter, force }, root }) {
    const what = all ? "all build cache" : "all dangling build cache";
    const isWanted = force || await confirms(`WARNING! This will remove ${what}.`);
    const { deleted, reclaimed } = isWanted
      ? await pruneBuildCache(new Store(root), { all, filters: filter })
      : { deleted: [], reclaimed: 0 };
    if (deleted.length > 0) print(["Deleted build cache objects:", ...deleted].join("\n") + "\n");
    print(`Total reclaimed space: ${humanSize(reclaimed)}`);
  },
});

import { pruneContainers } from "../runtime/container/prune.ts";
import { Store } from "../storage/store.ts";
import { noArgs } from "./cli/arguments.ts";
import { defineCommand } from "./cli/command.ts";
import { bool, filter } from "./cli/options.ts";
import { print } from "./cli/output.ts";
import { confirms } from "./confirmation.ts";
import { humanSize } from "./format/units.ts";
import { warnOf } from "./list_format.ts";

const warning = "WARNING! This will remove all stopped containers.";

export const command = defineCommand({
  usage: "[OPTIONS]",
  summary: "Remove all stopped containers",
  args: noArgs,
  options: {
    filter: filter(null, "Provide filter values (e.g. 'until=<timestamp>')"),
    force: bool("f", "Do not prompt for confirmation"),
  },
  examples: [
    ["box container prune -f --filter until=24h", "Remove those that were made before yesterday"],
    ["box container prune --filter label!=keep", "Spare those with a label"],
  ],
  async run({ options, root }) {
    const isWanted = options.force || await confirms(warning);
    const { deleted, reclaimed, problems } = isWanted
      ? await pruneContainers(new Store(root), options.filter)
      : { deleted: [], reclaimed: 0, problems: [] };
    warnOf(problems);
    if (deleted.length > 0) print(["Deleted Containers:", ...deleted].join("\n") + "\n");
    print(`Total reclaimed space: ${humanSize(reclaimed)}`);
  },
});

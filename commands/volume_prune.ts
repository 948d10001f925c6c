import { pruneVolumes } from "../runtime/volume/prune.ts";
import { noArgs } from "./cli/arguments.ts";
import { defineCommand } from "./cli/command.ts";
import { bool, filter } from "./cli/options.ts";
import { print } from "./cli/output.ts";
import { openStoreInOrder } from "./store_in_order.ts";
import { confirms } from "./confirmation.ts";
import { humanSize } from "./format/units.ts";
import { warnOf } from "./list_format.ts";

const warning = "WARNING! This will remove all local volumes not used by at least one container.";

export const command = defineCommand({
  usage: "[OPTIONS]",
  summary: "Remove all unused local volumes",
  args: noArgs,
  options: {
    filter: filter(null, "Provide filter values (e.g. 'label=<label>')"),
    force: bool("f", "Do not prompt for confirmation"),
  },
  async run({ options, root }) {
    const isWanted = options.force || await confirms(warning);
    const { deleted, reclaimed, problems } = isWanted
      ? pruneVolumes(await openStoreInOrder(root), options.filter)
      : { deleted: [], reclaimed: 0, problems: [] };
    warnOf(problems);
    if (deleted.length > 0) print(["Deleted Volumes:", ...deleted].join("\n") + "\n");
    print(`Total reclaimed space: ${humanSize(reclaimed)}`);
  },
});

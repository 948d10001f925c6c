import { pruneImages } from "../runtime/image/prune.ts";
import { Store } from "../storage/store.ts";
import { noArgs } from "./cli/arguments.ts";
import { defineCommand } from "./cli/command.ts";
import { bool, filter } from "./cli/options.ts";
import { print } from "./cli/output.ts";
import { confirms } from "./confirmation.ts";
import { humanSize } from "./format/units.ts";
import { warnOf } from "./list_format.ts";
import { printDeletedImages } from "./pruned_objects.ts";

const whatGoes = {
  all: "all images without at least one container associated to them",
  dangling: "all dangling images",
};

export const command = defineCommand({
  usage: "[OPTIONS]",
  summary: "Remove unused images",
  args: noArgs,
  options: {
    all: bool("a", "Remove all unused images, not just dangling ones"),
    filter: filter(null, "Provide filter values (e.g. 'until=<timestamp>')"),
    force: bool("f", "Do not prompt for confirmation"),
  },
  examples: [
    ["box image prune -f", "Remove images without a name that no container needs"],
    ["box image prune -af --filter until=24h", "Remove all that were made before yesterday"],
  ],
  async run({ options: { all, filter: filters, force }, root }) {
    const warning = `WARNING! This will remove ${all ? whatGoes.all : whatGoes.dangling}.`;
    const { removals, reclaimed, problems } = force || await confirms(warning)
      ? await pruneImages(new Store(root), { all, filters })
      : { removals: [], reclaimed: 0, problems: [] };
    warnOf(problems);
    printDeletedImages(removals);
    print(`Total reclaimed space: ${humanSize(reclaimed)}`);
  },
});

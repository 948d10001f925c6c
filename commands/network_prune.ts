import { pruneNetworks } from "../runtime/network/remove.ts";
import { Store } from "../storage/store.ts";
import { noArgs } from "./cli/arguments.ts";
import { defineCommand } from "./cli/command.ts";
import { bool, filter } from "./cli/options.ts";
import { print } from "./cli/output.ts";
import { confirms } from "./confirmation.ts";

const warning = "WARNING! This will remove all custom networks not used by at least one container.";

export const command = defineCommand({
  usage: "[OPTIONS]",
  summary: "Remove all unused networks",
  args: noArgs,
  options: {
    filter: filter(null, "Provide filter values (e.g. 'until=<timestamp>')"),
    force: bool("f", "Do not prompt for confirmation"),
  },
  async run({ options, root }) {
    if (!options.force && !await confirms(warning)) return;
    const deleted = await pruneNetworks(new Store(root), options.filter);
    if (deleted.length > 0) print(["Deleted Networks:", ...deleted].join("\n") + "\n");
  },
});

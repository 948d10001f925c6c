import { pruneSystem } from "../runtime/system_prune.ts";
import { Store } from "../storage/store.ts";
import { noArgs } from "./cli/arguments.ts";
import { defineCommand } from "./cli/command.ts";
import { CliError } from "./cli/errors.ts";
import { bool, type Filter, filter } from "./cli/options.ts";
import { print } from "./cli/output.ts";
import { confirms } from "./confirmation.ts";
import { humanSize } from "./format/units.ts";
import { warnOf } from "./list_format.ts";
import { printDeleted, printDeletedImages } from "./pruned_objects.ts";

export const command = defineCommand({
  usage: "[OPTIONS]",
  summary: "Remove unused data",
  args: noArgs,
  options: {
    all: bool("a", "Remove all unused images not just dangling ones"),
    filter: filter(null, "Provide filter values (e.g. 'label=<key>=<value>')"),
    force: bool("f", "Do not prompt for confirmation"),
    volumes: bool(null, "Prune volumes"),
  },
  examples: [
    ["box system prune -f", "Remove what has ended, and what has no name"],
    ["box system prune -af --volumes", "Remove all that no container uses"],
  ],
  async run({ options, root }) {
    const { all, volumes, filter: filters } = options;
    if (volumes && filters.some(({ name }) => name === "until")) {
      throw new CliError('ERROR: The "until" filter is not supported with "--volumes"');
    }
    if (!options.force && !await confirms(warningOf(options))) return;
    const pruned = await pruneSystem(new Store(root), { all, volumes, filters });
    warnOf(pruned.problems);
    printDeleted("Containers", pruned.containers);
    printDeleted("Networks", pruned.networks);
    printDeleted("Volumes", pruned.volumes);
    printDeletedImages(pruned.images);
    printDeleted("build cache objects", pruned.buildCache);
    print(`Total reclaimed space: ${humanSize(pruned.reclaimed)}`);
  },
});

interface Scope {
  readonly all: boolean;
  readonly volumes: boolean;
  readonly filter: readonly Filter[];
}

function warningOf({ all, volumes, filter: filters }: Scope): string {
  const items = [
    "all stopped containers",
    "all networks not used by at least one container",
    ...volumes ? ["all volumes not used by at least one container"] : [],
    all ? "all images without at least one container associated to them" : "all dangling images",
    all ? "all build cache" : "all dangling build cache",
  ];
  const conditions = filters.map(({ name, value }) => `${name}=${value}`).sort();
  const list = (lines: readonly string[]) => lines.map((line) => `  - ${line}\n`).join("");
  const filtered = conditions.length > 0
    ? `\n  Items to be pruned will be filtered with:\n${list(conditions)}`
    : "";
  return `WARNING! This will remove:\n${list(items)}${filtered}`;
}

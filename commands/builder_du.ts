import { type CacheObject, listCacheObjects } from "../runtime/build/cache_usage.ts";
import { Store } from "../storage/store.ts";
import { noArgs } from "./cli/arguments.ts";
import { defineCommand } from "./cli/command.ts";
import { bool } from "./cli/options.ts";
import { print } from "./cli/output.ts";
import { currentTime, elapsed, timeOf } from "./elapsed_time.ts";
import { alignTabs } from "./format/tabwriter.ts";
import { humanSize } from "./format/units.ts";

export const command = defineCommand({
  usage: "[OPTIONS]",
  summary: "Show what builds keep in the store",
  args: noArgs,
  options: {
    verbose: bool(null, "Provide a more verbose output"),
  },
  examples: [["box builder du --verbose", "Show what each step was"]],
  async run({ options: { verbose }, root }) {
    const objects = await listCacheObjects(new Store(root)), now = currentTime();
    const lastUsed = ({ lastUsed }: CacheObject) => `${elapsed(timeOf(lastUsed), now)} ago`;
    if (verbose) {
      for (const object of objects) print(describe(object, lastUsed(object)));
    } else {
      const rows = objects.map((
        each,
      ) => [each.id.slice(0, 25), String(!each.isShared), humanSize(each.size), lastUsed(each)]);
      const header = ["ID", "RECLAIMABLE", "SIZE", "LAST ACCESSED"];
      const text = [header, ...rows].map((cells) => cells.join("\t")).join("\n");
      print(alignTabs(text, { minimumWidth: 8, padding: 3 }));
    }
    const sum = (some: readonly CacheObject[]) =>
      humanSize(some.reduce((total, { size }) => total + size, 0));
    const shared = objects.filter(({ isShared }) => isShared);
    print(alignTabs(
      [
        `Shared:\t${sum(shared)}`,
        `Private:\t${sum(objects.filter(({ isShared }) => !isShared))}`,
        `Reclaimable:\t${sum(objects.filter(({ isShared }) => !isShared))}`,
        `Total:\t${sum(objects)}`,
      ].join("\n"),
      { minimumWidth: 8, padding: 3 },
    ));
  },
});

function describe({ id, kind, description, size, isShared }: CacheObject, used: string): string {
  return alignTabs(
    [
      `ID:\t${id}`,
      `Reclaimable:\t${!isShared}`,
      `Shared:\t${isShared}`,
      `Size:\t${humanSize(size)}`,
      `Description:\t${description}`,
      `Last used:\t${used}`,
      `Type:\t${kind}`,
      "",
    ].join("\n"),
    { minimumWidth: 8, padding: 3 },
  );
}

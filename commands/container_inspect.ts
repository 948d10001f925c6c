import { Store } from "../storage/store.ts";
import { atLeast } from "./cli/arguments.ts";
import { defineCommand } from "./cli/command.ts";
import { bool, string } from "./cli/options.ts";
import { findContainer, printInspected } from "./inspect_objects.ts";

export const command = defineCommand({
  usage: "[OPTIONS] CONTAINER [CONTAINER...]",
  summary: "Display detailed information on one or more containers",
  args: atLeast(1),
  options: {
    format: string("f", "Format the output using the given Go template"),
    size: bool("s", "Display total file sizes"),
  },
  async run({ options: { format, size }, args, root }) {
    const store = new Store(root);
    const find = (words: string) => findContainer(store, words, size);
    return await printInspected(args, format, "container", find);
  },
});

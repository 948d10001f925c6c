import { Store } from "../storage/store.ts";
import { atLeast } from "./cli/arguments.ts";
import { defineCommand } from "./cli/command.ts";
import { string } from "./cli/options.ts";
import { printInspected } from "./inspect_objects.ts";
import { findVolume } from "./inspect_volume.ts";

export const command = defineCommand({
  usage: "[OPTIONS] VOLUME [VOLUME...]",
  summary: "Display detailed information on one or more volumes",
  args: atLeast(1),
  options: {
    format: string("f", "Format the output using the given Go template"),
  },
  examples: [["box volume inspect -f '{{.Mountpoint}}' data", "Print where its files are"]],
  async run({ options: { format }, args, root }) {
    const store = new Store(root);
    return await printInspected(args, format, "volume", (name) => findVolume(store, name), {
      isTyped: true,
    });
  },
});

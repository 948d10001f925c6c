import { Store } from "../storage/store.ts";
import { atLeast } from "./cli/arguments.ts";
import { defineCommand } from "./cli/command.ts";
import { string } from "./cli/options.ts";
import { findImage, printInspected } from "./inspect_objects.ts";

export const command = defineCommand({
  usage: "[OPTIONS] IMAGE [IMAGE...]",
  summary: "Display detailed information on one or more images",
  needsNamespaces: false,
  args: atLeast(1),
  options: {
    format: string("f", "Format the output using the given Go template"),
  },
  examples: [["box image inspect -f '{{json .Config.Env}}' busybox", "Print one part of it"]],
  async run({ options: { format }, args, root }) {
    const store = new Store(root);
    return await printInspected(args, format, "image", (words) => findImage(store, words));
  },
});

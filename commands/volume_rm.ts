import { removeVolume } from "../runtime/volume/remove.ts";
import { NotFoundError } from "../storage/errors.ts";
import { atLeast } from "./cli/arguments.ts";
import { defineCommand } from "./cli/command.ts";
import { bool } from "./cli/options.ts";
import { print } from "./cli/output.ts";
import { openStoreInOrder } from "./store_in_order.ts";
import { forEachName, missingFromClient } from "./for_each.ts";

export const command = defineCommand({
  usage: "[OPTIONS] VOLUME [VOLUME...]",
  summary: "Remove one or more volumes",
  description: "You cannot remove a volume that is in use by a container.",
  args: atLeast(1),
  options: {
    force: bool("f", "Force the removal of one or more volumes"),
  },
  async run({ options: { force }, args, root }) {
    const store = await openStoreInOrder(root);
    return await forEachName(args, (name) => {
      try {
        removeVolume(store, name);
      } catch (error) {
        // What was to be gone is gone.
        if (!(error instanceof NotFoundError && force)) throw error;
      }
      print(name);
    }, missingFromClient);
  },
});

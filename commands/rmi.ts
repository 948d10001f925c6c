import { isAlive } from "../runtime/container/process_identity.ts";
import { NotFoundError } from "../storage/errors.ts";
import { removeImage } from "../storage/image/remove.ts";
import { atLeast } from "./cli/arguments.ts";
import { defineCommand } from "./cli/command.ts";
import { messageOf } from "./cli/errors.ts";
import { bool } from "./cli/options.ts";
import { print, printError } from "./cli/output.ts";
import { forEachName } from "./for_each.ts";
import { openStoreInOrder } from "./store_in_order.ts";

export const command = defineCommand({
  usage: "[OPTIONS] IMAGE [IMAGE...]",
  summary: "Remove one or more images",
  args: atLeast(1),
  options: {
    force: bool("f", "Force removal of the image"),
    "no-prune": bool(null, "Do not delete untagged parents"),
  },
  examples: [["box rmi $(box images -q -f dangling=true)", "Remove all images without a name"]],
  async run({ options, args, root }) {
    const store = await openStoreInOrder(root);
    const how = { force: options.force, prune: !options["no-prune"], isRunning: isAlive };
    return await forEachName(
      args,
      async (words) => {
        try {
          for (const removal of await removeImage(store, words, how)) {
            print(
              "untagged" in removal
                ? `Untagged: ${removal.untagged}`
                : `Deleted: ${removal.deleted}`,
            );
          }
        } catch (error) {
          if (!(error instanceof NotFoundError && options.force)) throw error;
          printError(`Error: No such image: ${words}`);
        }
      },
      (error) =>
        error instanceof NotFoundError
          ? `Error: ${error.message.replace(/:latest$/, "")}`
          : `Error response from daemon: ${messageOf(error)}`,
    );
  },
});

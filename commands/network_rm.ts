import { removeNetwork } from "../runtime/network/remove.ts";
import { NetworkNotFoundError } from "../storage/network/network_store.ts";
import { Store } from "../storage/store.ts";
import { atLeast } from "./cli/arguments.ts";
import { defineCommand } from "./cli/command.ts";
import { messageOf } from "./cli/errors.ts";
import { print } from "./cli/output.ts";
import { forEachName } from "./for_each.ts";

export const command = defineCommand({
  usage: "NETWORK [NETWORK...]",
  summary: "Remove one or more networks",
  args: atLeast(1),
  async run({ args, root }) {
    const store = new Store(root);
    const remove = async (words: string) => {
      try {
        await removeNetwork(store, words);
      } catch (error) {
        if (!(error instanceof NetworkNotFoundError)) throw error;
        error.message = `No such network: ${words}`;
        throw error;
      }
      print(words);
    };
    return await forEachName(
      args,
      remove,
      (error) =>
        error instanceof NetworkNotFoundError
          ? `Error: ${error.message}`
          : `Error response from daemon: ${messageOf(error)}`,
    );
  },
});

import { renameContainer } from "../runtime/container/rename.ts";
import { resolveContainerId } from "../storage/container/container_store.ts";
import { EngineError } from "../storage/errors.ts";
import { Store } from "../storage/store.ts";
import { exactly } from "./cli/arguments.ts";
import { defineCommand } from "./cli/command.ts";
import { CliError } from "./cli/errors.ts";

export const command = defineCommand({
  usage: "CONTAINER NEW_NAME",
  summary: "Rename a container",
  args: exactly(2),
  async run({ args: [words, newName], root }) {
    if (!words.trim() || !newName.trim()) {
      throw new CliError("Error: Neither old nor new names may be empty");
    }
    const store = new Store(root);
    try {
      await renameContainer(store, resolveContainerId(store, words), newName);
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      throw new CliError(
        `Error response from daemon: ${error.message}\n` +
          `Error: failed to rename container named ${words}`,
      );
    }
  },
});

import { removeContainer } from "../runtime/container/remove.ts";
import { resolveContainerId } from "../storage/container/container_store.ts";
import { InvalidError, NotFoundError } from "../storage/errors.ts";
import { Store } from "../storage/store.ts";
import { atLeast } from "./cli/arguments.ts";
import { defineCommand } from "./cli/command.ts";
import { bool, unsupported } from "./cli/options.ts";
import { print, printError } from "./cli/output.ts";
import { forEachName, missingFromClient } from "./for_each.ts";

export const command = defineCommand({
  usage: "[OPTIONS] CONTAINER [CONTAINER...]",
  summary: "Remove one or more containers",
  args: atLeast(1),
  options: {
    force: bool("f", "Force the removal of a running container (uses SIGKILL)"),
    link: unsupported("bool", "l", "Remove the specified link"),
    volumes: bool("v", "Remove anonymous volumes associated with the container"),
  },
  examples: [["box rm $(box ps -aq -f status=exited)", "Remove all containers that have ended"]],
  async run({ options: { force, volumes }, args, root }) {
    const store = new Store(root);
    return await forEachName(args, async (name) => {
      if (/^\/*$/.test(name)) throw nameless;
      try {
        await removeContainer(store, resolveContainerId(store, name), { force, volumes });
      } catch (error) {
        if (!(error instanceof NotFoundError && force)) throw error;
        printError(`Error: ${error.message}`);
        return; // what was to be gone is gone: no failure, but no success to tell either
      }
      print(name);
    }, (error) => error === nameless ? error.message : missingFromClient(error));
  },
});

/** What docker's client says before it asks. */
const nameless = new InvalidError("Container name cannot be empty");

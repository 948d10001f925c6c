import { restartContainer } from "../runtime/container/restart.ts";
import { resolveContainerId } from "../storage/container/container_store.ts";
import { EngineError } from "../storage/errors.ts";
import { atLeast } from "./cli/arguments.ts";
import { defineCommand } from "./cli/command.ts";
import { int } from "./cli/options.ts";
import { print } from "./cli/output.ts";
import { forEachName } from "./for_each.ts";
import { openStoreInOrder } from "./store_in_order.ts";

export const command = defineCommand({
  usage: "[OPTIONS] CONTAINER [CONTAINER...]",
  summary: "Restart one or more containers",
  args: atLeast(1),
  options: {
    // Not a default: a container can have a time of its own.
    time: {
      ...int("t", "Seconds to wait for stop before killing the container; -1 waits for ever"),
      shownDefault: "10",
    },
  },
  async run({ options: { time }, args, root }) {
    const store = await openStoreInOrder(root);
    return await forEachName(args, async (name) => {
      const id = resolveContainerId(store, name);
      try {
        await restartContainer(store, id, time);
      } catch (error) {
        if (error instanceof EngineError) {
          error.message = `Cannot restart container ${name}: ${error.message}`;
        }
        throw error;
      }
      print(name);
    });
  },
});

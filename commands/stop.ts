import { stopContainer } from "../runtime/container/stop.ts";
import { resolveContainerId } from "../storage/container/container_store.ts";
import { atLeast } from "./cli/arguments.ts";
import { defineCommand } from "./cli/command.ts";
import { int } from "./cli/options.ts";
import { forEachNameAtOnce } from "./for_each.ts";
import { openStoreInOrder } from "./store_in_order.ts";

export const command = defineCommand({
  usage: "[OPTIONS] CONTAINER [CONTAINER...]",
  summary: "Stop one or more running containers",
  description: "Sends the container's stop signal, SIGTERM by default, and after a while SIGKILL.",
  args: atLeast(1),
  options: {
    // Not a default: a container can have a time of its own.
    time: {
      ...int("t", "Seconds to wait for stop before killing it; -1 waits for ever"),
      shownDefault: "10",
    },
  },
  examples: [["box stop $(box ps -q)", "Stop all containers that run"]],
  async run({ options: { time }, args, root }) {
    const store = await openStoreInOrder(root);
    return await forEachNameAtOnce(args, async (name) => {
      await stopContainer(store, resolveContainerId(store, name), time);
      return name;
    });
  },
});

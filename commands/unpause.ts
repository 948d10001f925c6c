import { unpauseContainer } from "../runtime/container/pause.ts";
import { resolveContainerId } from "../storage/container/container_store.ts";
import { atLeast } from "./cli/arguments.ts";
import { defineCommand } from "./cli/command.ts";
import { print } from "./cli/output.ts";
import { forEachName } from "./for_each.ts";
import { openStoreInOrder } from "./store_in_order.ts";

export const command = defineCommand({
  usage: "CONTAINER [CONTAINER...]",
  summary: "Unpause all processes within one or more containers",
  args: atLeast(1),
  async run({ args, root }) {
    const store = await openStoreInOrder(root);
    return await forEachName(args, async (name) => {
      await unpauseContainer(store, resolveContainerId(store, name));
      print(name);
    });
  },
});

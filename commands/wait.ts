import { waitUntilConcluded } from "../runtime/container/wait.ts";
import { resolveContainerId } from "../storage/container/container_store.ts";
import { atLeast } from "./cli/arguments.ts";
import { defineCommand } from "./cli/command.ts";
import { forEachNameAtOnce } from "./for_each.ts";
import { openStoreInOrder } from "./store_in_order.ts";

export const command = defineCommand({
  usage: "CONTAINER [CONTAINER...]",
  summary: "Block until one or more containers stop, then print their exit codes",
  args: atLeast(1),
  async run({ args, root }) {
    const store = await openStoreInOrder(root);
    return await forEachNameAtOnce(args, async (name) => {
      const { ExitCode } = await waitUntilConcluded(store, resolveContainerId(store, name));
      return String(ExitCode);
    });
  },
});

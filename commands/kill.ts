import { parseSignal } from "../runtime/container/signal.ts";
import { killContainer } from "../runtime/container/signal_container.ts";
import { resolveContainerId } from "../storage/container/container_store.ts";
import { EngineError } from "../storage/errors.ts";
import { atLeast } from "./cli/arguments.ts";
import { defineCommand } from "./cli/command.ts";
import { string } from "./cli/options.ts";
import { forEachNameAtOnce } from "./for_each.ts";
import { openStoreInOrder } from "./store_in_order.ts";

const DEFAULT_SIGNAL = "KILL";

export const command = defineCommand({
  usage: "[OPTIONS] CONTAINER [CONTAINER...]",
  summary: "Kill one or more running containers",
  args: atLeast(1),
  options: {
    signal: string("s", "Signal to send to the container", { default: DEFAULT_SIGNAL }),
  },
  examples: [["box kill -s HUP web", "Have a server read its configuration again"]],
  async run({ options, args, root }) {
    const store = await openStoreInOrder(root);
    return await forEachNameAtOnce(args, async (name) => {
      const signal = parseSignal(options.signal || DEFAULT_SIGNAL);
      try {
        await killContainer(store, resolveContainerId(store, name), signal);
      } catch (error) {
        if (error instanceof EngineError) {
          error.message = `Cannot kill container: ${name}: ${error.message}`;
        }
        throw error;
      }
      return name;
    });
  },
});

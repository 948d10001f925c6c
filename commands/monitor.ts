import { runBackgroundMonitor } from "../runtime/container/monitor/background.ts";
import { Store } from "../storage/store.ts";
import { atLeast } from "./cli/arguments.ts";
import { defineCommand } from "./cli/command.ts";

export const command = defineCommand({
  usage: "ROOT [CONTAINER]",
  summary: "Look after the containers of a store that nobody runs in the foreground",
  args: atLeast(1),
  options: {},
  async run({ args }) {
    const [root, id] = args;
    await runBackgroundMonitor(new Store(root), id);
  },
});

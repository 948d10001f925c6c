import { runBackgroundMonitor } from "../runtime/container/monitor/background.ts";
import { Store } from "../storage/store.ts";
import { exactly } from "./cli/arguments.ts";
import { defineCommand } from "./cli/command.ts";

export const command = defineCommand({
  usage: "ROOT",
  summary: "Look after the containers of a store that nobody runs in the foreground",
  args: exactly(1),
  options: {},
  async run({ args }) {
    await runBackgroundMonitor(new Store(args[0]));
  },
});

import { runBackgroundMonitor } from "../runtime/container/monitor/background.ts";
import { DirectoryLock } from "../storage/lock.ts";
import { Store } from "../storage/store.ts";
import { between } from "./cli/arguments.ts";
import { defineCommand } from "./cli/command.ts";

export const command = defineCommand({
  usage: "ROOT LOCK [CONTAINER]",
  summary: "Look after the containers of a store that nobody runs in the foreground",
  description:
    "LOCK is the descriptor that box hands the monitor's lock on with when it starts one.",
  args: between(2, 3),
  options: {},
  async run({ args: [root, lock, id] }) {
    await runBackgroundMonitor(new Store(root), DirectoryLock.inherited(Number(lock)), id);
  },
});

import { restoreContainers } from "../runtime/container/restore.ts";
import { Store } from "../storage/store.ts";
import { noArgs } from "./cli/arguments.ts";
import { defineCommand } from "./cli/command.ts";
import { EXIT } from "./cli/errors.ts";
import { print, printError } from "./cli/output.ts";

export const command = defineCommand({
  usage: "",
  summary: "Start the containers again that are to run after a restart of the host",
  description:
    "What docker's daemon does when it starts: containers with the restart policy always are\n" +
    "started, those with unless-stopped if they were not stopped by a user, those with on-failure if\n" +
    "they have failed, which to be ended by the restart of the host is. Containers that were started\n" +
    "with --rm are removed. What runs is left alone. The names of those that were started are printed.",
  args: noArgs,
  examples: [["box system restore", "Have it run once at boot: the README has a unit for systemd"]],
  async run({ root }) {
    let exitCode = 0;
    const store = new Store(root);
    if (!store.exists()) return exitCode;
    await restoreContainers(store, {
      started: ({ Name: name }) => print(name.slice(1)),
      failed(id, error) {
        printError(`Error: failed to restore container ${id}: ${error.message}`);
        exitCode = EXIT.failure;
      },
    });
    return exitCode;
  },
});

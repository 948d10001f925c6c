import { Store } from "../storage/store.ts";
import { atLeast } from "./cli/arguments.ts";
import { defineCommand } from "./cli/command.ts";
import { print } from "./cli/output.ts";
import { createOptions } from "./container_options.ts";
import { createFromCommandLine } from "./create_container.ts";

export const command = defineCommand({
  usage: "[OPTIONS] IMAGE [COMMAND] [ARG...]",
  summary: "Create a new container",
  args: atLeast(1),
  interspersed: false,
  options: createOptions,
  examples: [
    ["box create --name work busybox sh -c 'echo $HOSTNAME'", "Create a container to start later"],
    ["box start -a work", "Start it in the foreground"],
  ],
  async run({ options, args, root }) {
    print(await createFromCommandLine(new Store(root), options, args));
  },
});

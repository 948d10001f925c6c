import { createVolume } from "../runtime/volume/create.ts";
import { atMost } from "./cli/arguments.ts";
import { defineCommand } from "./cli/command.ts";
import { CliError } from "./cli/errors.ts";
import { list, string } from "./cli/options.ts";
import { print } from "./cli/output.ts";
import { openStoreInOrder } from "./store_in_order.ts";
import { labelsOf, validateLabel } from "./container_request/key_values.ts";

export const command = defineCommand({
  usage: "[OPTIONS] [VOLUME]",
  summary: "Create a volume",
  args: atMost(1),
  options: {
    driver: string("d", "Specify volume driver name", { default: "local" }),
    label: list(null, "Set metadata for a volume", { validate: validateLabel }),
    name: string(null, "Specify volume name"),
    opt: list("o", "Set driver specific options"),
  },
  examples: [
    ["box volume create data", "Make a volume to mount with 'box run -v data:/data'"],
    [
      "box volume create -o type=tmpfs -o device=tmpfs -o o=size=100m scratch",
      "Make one that is a file system in memory while it is used",
    ],
  ],
  async run({ options: { driver, label, name, opt }, args, root }) {
    if (name && args.length > 0) {
      throw new CliError(
        "conflicting options: either specify --name or provide positional arg, not both",
      );
    }
    const store = await openStoreInOrder(root);
    print(createVolume(store, {
      name: name || args[0],
      driver,
      labels: labelsOf([], label),
      options: labelsOf([], opt),
    }));
  },
});

import { InvalidError } from "../storage/errors.ts";
import { parseNewReference, type Reference } from "../storage/image/reference.ts";
import { tagImage } from "../storage/image/tag.ts";
import { exactly } from "./cli/arguments.ts";
import { defineCommand } from "./cli/command.ts";
import { CliError } from "./cli/errors.ts";
import { openStoreInOrder } from "./store_in_order.ts";

export const command = defineCommand({
  usage: "SOURCE_IMAGE[:TAG] TARGET_IMAGE[:TAG]",
  summary: "Create a tag TARGET_IMAGE that refers to SOURCE_IMAGE",
  args: exactly(2),
  examples: [[
    "box tag busybox registry.example.com/team/busybox:1",
    "Give an image one more name",
  ]],
  async run({ args: [source, target], root }) {
    const reference = parseTarget(target);
    tagImage(await openStoreInOrder(root), source, reference);
  },
});

function parseTarget(text: string): Reference {
  try {
    return parseNewReference(text);
  } catch (error) {
    if (!(error instanceof InvalidError)) throw error;
    throw new CliError(
      `Error parsing reference: "${text}" is not a valid repository/tag: ${error.message}`,
    );
  }
}

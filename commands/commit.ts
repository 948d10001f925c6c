import { commitContainer } from "../runtime/container/commit.ts";
import { resolveContainerId } from "../storage/container/container_store.ts";
import { InvalidError } from "../storage/errors.ts";
import { parseNewReference } from "../storage/image/reference.ts";
import { Store } from "../storage/store.ts";
import { between } from "./cli/arguments.ts";
import { defineCommand } from "./cli/command.ts";
import { CliError } from "./cli/errors.ts";
import { bool, list, string } from "./cli/options.ts";
import { print } from "./cli/output.ts";

export const command = defineCommand({
  usage: "[OPTIONS] CONTAINER [REPOSITORY[:TAG]]",
  summary: "Create a new image from a container's changes",
  args: between(1, 2),
  options: {
    author: string("a", 'Author (e.g., "John Hannibal Smith <hannibal@a-team.com>")'),
    change: list("c", "Apply Dockerfile instruction to the created image"),
    message: string("m", "Commit message"),
    pause: bool("p", "Pause container during commit", true),
  },
  examples: [
    ["box commit work work:1", "Keep what was done in a container"],
    [
      `box commit -c 'CMD ["/server"]' -c 'EXPOSE 80' work server`,
      "Say as well how the image is to be run",
    ],
  ],
  async run({ options, args: [words, reference], root }) {
    if (reference) checkReference(reference);
    const store = new Store(root);
    const { id } = await commitContainer(store, resolveContainerId(store, words), {
      reference,
      author: options.author,
      comment: options.message,
      changes: options.change,
      pause: options.pause,
    });
    print(id);
  },
});

/** docker's client looks at the name before it asks the daemon, so this error has no prefix. */
function checkReference(text: string): void {
  try {
    parseNewReference(text);
  } catch (error) {
    throw error instanceof InvalidError ? new CliError(error.message) : error;
  }
}

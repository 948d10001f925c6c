import assert from "node:assert/strict";
import { atLeast } from "../../../commands/cli/arguments.ts";
import { defineCommand } from "../../../commands/cli/command.ts";
import { string, unsupported } from "../../../commands/cli/options.ts";
import type { CommandEntry, Registry } from "../../../commands/cli/registry.ts";
import { renderReference } from "../../../tools/docs.ts";

const command = defineCommand({
  usage: "[OPTIONS] IMAGE",
  summary: "List images",
  description: "Every tag has a line.",
  args: atLeast(1),
  options: {
    user: string("u", "Format: <name|uid>", { default: "root" }),
    memory: unsupported("bytes", "m", "Memory limit"),
  },
  examples: [["box images busybox", "List one repository"]],
  run() {},
});

const images: CommandEntry = {
  module: "",
  summary: command.summary,
  load: () => Promise.resolve({ command }),
};

const registry: Registry = {
  summary: "What box is",
  commands: { images },
  groups: {
    image: { summary: "Manage images", commands: { ls: { ...images, aliases: ["list"] } } },
  },
  hidden: {},
  missing: [],
};

Deno.test("the reference describes a command once, with all its names", async () => {
  const reference = await renderReference(registry);
  assert.ok(
    reference.endsWith(`
## Commands

- [box images](#box-images): List images

## box images

List images.

Every tag has a line.

\`\`\`sh
box images [OPTIONS] IMAGE
\`\`\`

Also: \`box image ls\`, \`box image list\`

| Option | Meaning | Default |
| - | - | - |
| \`-u, --user string\` | Format: &lt;name\\|uid> | \`"root"\` |

Docker has these, too. Box refuses them, unless they only ask for Docker's default: \`--memory\`.

\`\`\`sh
# List one repository
box images busybox
\`\`\`
`),
    reference,
  );
});

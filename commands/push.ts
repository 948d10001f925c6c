import { pushImages } from "../runtime/image/push/push.ts";
import { Store } from "../storage/store.ts";
import { exactly } from "./cli/arguments.ts";
import { defineCommand } from "./cli/command.ts";
import { bool } from "./cli/options.ts";
import { print } from "./cli/output.ts";
import { fullName, shown, transferOptions, transferReference } from "./image_transfer.ts";
import { contentTrust, registryAccess } from "./registry_access.ts";

export const command = defineCommand({
  usage: "[OPTIONS] NAME[:TAG]",
  summary: "Push an image or a repository to a registry",
  args: exactly(1),
  options: {
    "all-tags": bool("a", "Push all tagged images in the repository"),
    "disable-content-trust": contentTrust("Skip image signing"),
    ...transferOptions,
  },
  examples: [
    ["box tag app localhost:5000/app && box push localhost:5000/app", "Give it a registry's name"],
  ],
  async run({ options, args: [name], root }) {
    const reference = transferReference(name, options);
    await shown(
      options,
      (report) => pushImages(new Store(root), { ...registryAccess(options), reference, report }),
    );
    if (options.quiet) print(fullName(reference));
  },
});

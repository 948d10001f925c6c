import { pushImages } from "../runtime/image/push/push.ts";
import { InvalidError } from "../storage/errors.ts";
import {
  canonicalName,
  formatReference,
  parseReference,
  withDefaultTag,
} from "../storage/image/reference.ts";
import { Store } from "../storage/store.ts";
import { exactly } from "./cli/arguments.ts";
import { defineCommand } from "./cli/command.ts";
import { CliError } from "./cli/errors.ts";
import { bool } from "./cli/options.ts";
import { print } from "./cli/output.ts";
import { contentTrust, registryAccess, tlsVerify } from "./registry_access.ts";
import { streamed } from "./transfer_errors.ts";
import { showTransfer } from "./transfer_display.ts";

export const command = defineCommand({
  usage: "[OPTIONS] NAME[:TAG]",
  summary: "Push an image or a repository to a registry",
  args: exactly(1),
  options: {
    "all-tags": bool("a", "Push all tagged images in the repository"),
    "disable-content-trust": contentTrust("Skip image signing"),
    quiet: bool("q", "Suppress verbose output"),
    "tls-verify": tlsVerify,
  },
  examples: [
    ["box tag app localhost:5000/app && box push localhost:5000/app", "Give it a registry's name"],
  ],
  async run({ options, args: [name], root }) {
    const parsed = parse(name), allTags = options["all-tags"];
    if (allTags && (parsed.tag || parsed.digest)) {
      throw new CliError("tag can't be used with --all-tags/-a");
    }
    const reference = allTags ? parsed : withDefaultTag(parsed);
    const isDefault = reference.tag !== parsed.tag;
    if (isDefault && !options.quiet) print(`Using default tag: ${reference.tag}`);
    const show = options.quiet ? () => {} : showTransfer(Deno.stdout);
    await streamed(
      show,
      (report) => pushImages(new Store(root), { ...registryAccess(options), reference, report }),
    );
    if (!options.quiet) return;
    const { repository, tag } = reference;
    print(formatReference({ repository: canonicalName(repository), tag }));
  },
});

/** docker's client looks at the name before it asks the daemon, so this error has no prefix. */
function parse(name: string) {
  try {
    return parseReference(name);
  } catch (error) {
    throw error instanceof InvalidError ? new CliError(error.message) : error;
  }
}

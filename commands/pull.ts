import { pullImages } from "../runtime/image/pull/pull.ts";
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
import { bool, string } from "./cli/options.ts";
import { print } from "./cli/output.ts";
import { contentTrust, platformOption, registryAccess, tlsVerify } from "./registry_access.ts";
import { streamed } from "./transfer_errors.ts";
import { showTransfer } from "./transfer_display.ts";

export const command = defineCommand({
  usage: "[OPTIONS] NAME[:TAG|@DIGEST]",
  summary: "Pull an image or a repository from a registry",
  args: exactly(1),
  options: {
    "all-tags": bool("a", "Download all tagged images in the repository"),
    "disable-content-trust": contentTrust("Skip image verification"),
    platform: string(null, "Set platform if server is multi-platform capable"),
    quiet: bool("q", "Suppress verbose output"),
    "tls-verify": tlsVerify,
  },
  examples: [
    ["box pull debian:12", "From docker.io, which names without a registry mean"],
    ["box pull --platform linux/arm64 registry.example.com/app", "For another architecture"],
    ["box pull localhost:5000/app@sha256:...", "Exactly this image, whatever its tag says by now"],
  ],
  async run({ options, args: [name], root }) {
    const parsed = parse(name), allTags = options["all-tags"];
    const hasName = parsed.tag !== undefined || parsed.digest !== undefined;
    if (allTags && hasName) throw new CliError("tag can't be used with --all-tags/-a");
    const reference = allTags ? parsed : withDefaultTag(parsed);
    if (!allTags && !hasName && !options.quiet) print(`Using default tag: ${reference.tag}`);
    const show = options.quiet ? () => {} : showTransfer(Deno.stdout);
    const platform = platformOption(options.platform), access = registryAccess(options);
    await streamed(
      show,
      (report) => pullImages(new Store(root), { ...access, reference, allTags, platform, report }),
    );
    const { repository, tag, digest } = reference;
    print(formatReference({ repository: canonicalName(repository), tag, digest }));
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

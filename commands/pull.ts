import { pullImages } from "../runtime/image/pull/pull.ts";
import { Store } from "../storage/store.ts";
import { exactly } from "./cli/arguments.ts";
import { defineCommand } from "./cli/command.ts";
import { bool, string } from "./cli/options.ts";
import { print } from "./cli/output.ts";
import { fullName, shown, transferOptions, transferReference } from "./image_transfer.ts";
import { contentTrust, platformOption, registryAccess } from "./registry_access.ts";

export const command = defineCommand({
  usage: "[OPTIONS] NAME[:TAG|@DIGEST]",
  summary: "Pull an image or a repository from a registry",
  args: exactly(1),
  options: {
    "all-tags": bool("a", "Download all tagged images in the repository"),
    "disable-content-trust": contentTrust("Skip image verification"),
    platform: string(null, "Set platform if server is multi-platform capable"),
    ...transferOptions,
  },
  examples: [
    ["box pull debian:12", "From docker.io, which names without a registry mean"],
    ["box pull --platform linux/arm64 registry.example.com/app", "For another architecture"],
    ["box pull localhost:5000/app@sha256:...", "Exactly this image, whatever its tag says by now"],
  ],
  async run({ options, args: [name], root }) {
    const reference = transferReference(name, options), allTags = options["all-tags"];
    const platform = platformOption(options.platform), access = registryAccess(options);
    await shown(
      options,
      (report) => pullImages(new Store(root), { ...access, reference, allTags, platform, report }),
    );
    print(fullName(reference));
  },
});

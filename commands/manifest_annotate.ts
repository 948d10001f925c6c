import { annotateManifest } from "../runtime/image/manifest_list/annotate.ts";
import { exactly } from "./cli/arguments.ts";
import { defineCommand } from "./cli/command.ts";
import { CliError } from "./cli/errors.ts";
import { list, string } from "./cli/options.ts";
import { asClient, manifestReference } from "./manifest_reference.ts";

export const command = defineCommand({
  usage: "[OPTIONS] MANIFEST_LIST MANIFEST",
  summary: "Add additional information to a local image manifest",
  needsNamespaces: false,
  args: exactly(2),
  options: {
    arch: string(null, "Set architecture"),
    os: string(null, "Set operating system"),
    "os-features": list(null, "Set operating system feature"),
    "os-version": string(null, "Set operating system version"),
    variant: string(null, "Set architecture variant"),
  },
  examples: [
    [
      "box manifest annotate --arch arm64 --variant v8 example.com/app example.com/app:arm",
      "What its configuration does not say",
    ],
  ],
  async run({ options, args: [listName, name] }) {
    const list = manifestReference(
      listName,
      `annotate: error parsing name for manifest list ${listName}: `,
    );
    const reference = manifestReference(
      name,
      `annotate: error parsing name for manifest ${name}: `,
    );
    const annotation = {
      os: options.os,
      architecture: options.arch,
      "os.features": options["os-features"].flatMap((each) => each.split(",")),
      "os.version": options["os-version"],
      variant: options.variant,
    };
    if (await asClient(() => annotateManifest(list, reference, annotation))) return;
    throw new CliError(`manifest for image ${name} does not exist in ${listName}`);
  },
});

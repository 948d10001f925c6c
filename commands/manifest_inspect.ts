import { inspectManifest } from "../runtime/image/manifest_list/inspect.ts";
import { between } from "./cli/arguments.ts";
import { defineCommand } from "./cli/command.ts";
import { bool } from "./cli/options.ts";
import { print } from "./cli/output.ts";
import { asClient, manifestReference } from "./manifest_reference.ts";
import { registryAccess } from "./registry_access.ts";

export const command = defineCommand({
  usage: "[OPTIONS] [MANIFEST_LIST] MANIFEST",
  summary: "Display an image manifest, or manifest list",
  needsNamespaces: false,
  args: between(1, 2),
  options: {
    insecure: bool(null, "Allow communication with an insecure registry"),
    verbose: bool("v", "Output additional info including layers and platform"),
  },
  examples: [["box manifest inspect -v debian:12", "Each platform's manifest of a list"]],
  async run({ options: { insecure, verbose }, args }) {
    const names = args.map((name) => manifestReference(name));
    const found = await asClient(() =>
      inspectManifest({
        list: names.at(-2),
        reference: names.at(-1)!,
        verbose,
        ...registryAccess({ "tls-verify": !insecure }),
      })
    );
    print(typeof found === "string" ? found : JSON.stringify(found, null, "\t"));
  },
});

import { inspectManifest } from "../runtime/image/inspect_manifest.ts";
import { EngineError } from "../storage/errors.ts";
import { parseReference, withDefaultTag } from "../storage/image/reference.ts";
import { exactly } from "./cli/arguments.ts";
import { defineCommand } from "./cli/command.ts";
import { CliError } from "./cli/errors.ts";
import { bool } from "./cli/options.ts";
import { print } from "./cli/output.ts";
import { registryAccess } from "./registry_access.ts";

export const command = defineCommand({
  usage: "[OPTIONS] MANIFEST",
  summary: "Display an image manifest, or manifest list",
  needsNamespaces: false,
  args: exactly(1),
  options: {
    insecure: bool(null, "Allow communication with an insecure registry"),
    verbose: bool("v", "Output additional info including layers and platform"),
  },
  examples: [["box manifest inspect -v debian:12", "Each platform's manifest of a list"]],
  async run({ options: { insecure, verbose }, args: [name] }) {
    try {
      const reference = withDefaultTag(parseReference(name));
      const access = registryAccess({ "tls-verify": !insecure });
      print(JSON.stringify(await inspectManifest(reference, access, verbose), null, "\t"));
    } catch (error) {
      // In docker it is the client that asks, so this error has no prefix.
      throw error instanceof EngineError ? new CliError(error.message) : error;
    }
  },
});

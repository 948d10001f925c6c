import { pushManifestList } from "../runtime/image/manifest_list/push.ts";
import { exactly } from "./cli/arguments.ts";
import { defineCommand } from "./cli/command.ts";
import { bool } from "./cli/options.ts";
import { print } from "./cli/output.ts";
import { asClient, manifestReference } from "./manifest_reference.ts";
import { registryAccess } from "./registry_access.ts";

export const command = defineCommand({
  usage: "[OPTIONS] MANIFEST_LIST",
  summary: "Push a manifest list to a repository",
  needsNamespaces: false,
  args: exactly(1),
  options: {
    insecure: bool(null, "Allow push to an insecure registry"),
    purge: bool("p", "Remove the local manifest list after push"),
  },
  examples: [["box manifest push -p example.com/app", "Push the list, and forget it here"]],
  async run({ options: { insecure, purge }, args: [name] }) {
    const digest = await asClient(() =>
      pushManifestList({
        list: manifestReference(name),
        purge,
        onManifest: (name, digest) => print(`Pushed ref ${name} with digest: ${digest}`),
        ...registryAccess({ "tls-verify": !insecure }),
      })
    );
    print(digest);
  },
});

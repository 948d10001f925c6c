import { createManifestList } from "../runtime/image/manifest_list/create.ts";
import { fullReference } from "../storage/registry/manifest_list_store.ts";
import { atLeast } from "./cli/arguments.ts";
import { defineCommand } from "./cli/command.ts";
import { bool } from "./cli/options.ts";
import { print } from "./cli/output.ts";
import { asClient, manifestReference } from "./manifest_reference.ts";
import { registryAccess } from "./registry_access.ts";

export const command = defineCommand({
  usage: "MANIFEST_LIST MANIFEST [MANIFEST...]",
  summary: "Create a local manifest list for annotating and pushing to a registry",
  description: "The list is kept where docker keeps it, in ~/.docker/manifests.",
  needsNamespaces: false,
  args: atLeast(2),
  options: {
    amend: bool("a", "Amend an existing manifest list"),
    insecure: bool(null, "Allow communication with an insecure registry"),
  },
  examples: [
    [
      "box manifest create example.com/app example.com/app:amd64 example.com/app:arm64",
      "A list of two images that have been pushed",
    ],
  ],
  async run({ options: { amend, insecure }, args: [name, ...names] }) {
    const list = manifestReference(name, `error parsing name for manifest list ${name}: `);
    await asClient(() =>
      createManifestList({
        list,
        manifests: names.map((each) => manifestReference(each)),
        amend,
        ...registryAccess({ "tls-verify": !insecure }),
      })
    );
    print(`Created manifest list ${fullReference(list)}`);
  },
});

import { EngineError } from "../storage/errors.ts";
import { forgetManifestList } from "../storage/registry/manifest_list_store.ts";
import { atLeast } from "./cli/arguments.ts";
import { defineCommand } from "./cli/command.ts";
import { CliError } from "./cli/errors.ts";
import { manifestReference } from "./manifest_reference.ts";

export const command = defineCommand({
  usage: "MANIFEST_LIST [MANIFEST_LIST...]",
  summary: "Delete one or more manifest lists from local storage",
  needsNamespaces: false,
  args: atLeast(1),
  examples: [["box manifest rm example.com/app", "Forget a list that is not to be pushed"]],
  async run({ args: names }) {
    const problems: string[] = [];
    for (const name of names) {
      try {
        await forgetManifestList(manifestReference(name));
      } catch (error) {
        if (!(error instanceof EngineError || error instanceof CliError)) throw error;
        problems.push(error.message);
      }
    }
    if (problems.length > 0) throw new CliError(problems.join("\n"));
  },
});

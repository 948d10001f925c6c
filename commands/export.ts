import { exportContainer } from "../runtime/container/export.ts";
import { resolveContainerId } from "../storage/container/container_store.ts";
import { Store } from "../storage/store.ts";
import { exactly } from "./cli/arguments.ts";
import { defineCommand } from "./cli/command.ts";
import { CliError } from "./cli/errors.ts";
import { string } from "./cli/options.ts";
import { writeOut } from "./cli/output.ts";
import { writeOutputFile } from "./output_file.ts";

export const command = defineCommand({
  usage: "[OPTIONS] CONTAINER",
  summary: "Export a container's filesystem as a tar archive",
  description: "What is in volumes and other mounts is not exported.",
  args: exactly(1),
  options: { output: string("o", "Write to a file, instead of STDOUT") },
  examples: [["box export work | tar t", "See what is in a container, whether it runs or not"]],
  async run({ options: { output }, args: [words], root }) {
    const store = new Store(root);
    const write = async (sink: (bytes: Uint8Array<ArrayBuffer>) => void) =>
      await exportContainer(store, resolveContainerId(store, words), sink);
    if (output) return await writeOutputFile(output, "export container", write);
    if (Deno.stdout.isTerminal()) {
      throw new CliError("cowardly refusing to save to a terminal. Use the -o flag or redirect");
    }
    await write(writeOut);
  },
});

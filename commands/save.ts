import { saveImages } from "../storage/archive/save.ts";
import { Store } from "../storage/store.ts";
import { atLeast } from "./cli/arguments.ts";
import { defineCommand } from "./cli/command.ts";
import { CliError } from "./cli/errors.ts";
import { string } from "./cli/options.ts";
import { writeOut } from "./cli/output.ts";
import { writeOutputFile } from "./output_file.ts";

export const command = defineCommand({
  usage: "[OPTIONS] IMAGE [IMAGE...]",
  summary: "Save one or more images to a tar archive (streamed to STDOUT by default)",
  args: atLeast(1),
  options: { output: string("o", "Write to a file, instead of STDOUT") },
  examples: [
    ["box save busybox | gzip > busybox.tar.gz", "Compress an image on its way"],
    ["box save busybox | ssh host box load", "Copy an image to another host"],
  ],
  async run({ options: { output }, args, root }) {
    const store = new Store(root);
    if (output) {
      return await writeOutputFile(output, "save image", (sink) => saveImages(store, args, sink));
    }
    if (Deno.stdout.isTerminal()) {
      throw new CliError("cowardly refusing to save to a terminal. Use the -o flag or redirect");
    }
    await saveImages(store, args, writeOut);
  },
});

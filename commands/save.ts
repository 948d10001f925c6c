import { type ArchiveFormat, saveImages } from "../storage/archive/save.ts";
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
  description:
    "The output is a file, or says what it is to be: docker-archive:FILE, oci-archive:FILE, or " +
    "oci:DIR, an OCI image layout in a directory, to which the images are added if it is there.",
  args: atLeast(1),
  options: { output: string("o", "Write to a file, instead of STDOUT") },
  examples: [
    ["box save busybox | gzip > busybox.tar.gz", "Compress an image on its way"],
    ["box save busybox | ssh host box load", "Copy an image to another host"],
    ["box save -o oci:layout busybox", "Write an OCI image layout"],
  ],
  async run({ options: { output }, args, root }) {
    const store = new Store(root);
    if (output) return await saveTo(store, output, args);
    if (Deno.stdout.isTerminal()) {
      throw new CliError("cowardly refusing to save to a terminal. Use the -o flag or redirect");
    }
    await saveImages(store, args, writeOut);
  },
});

async function saveTo(store: Store, output: string, images: readonly string[]): Promise<void> {
  const [, transport, rest] = /^(docker-archive|oci-archive|oci):(.+)$/s.exec(output) ?? [];
  if (transport === "oci") return await saveImages(store, images, { directory: rest }, "oci");
  const format: ArchiveFormat = transport === "oci-archive" ? "oci" : "docker";
  const path = transport === undefined ? output : rest;
  await writeOutputFile(path, "save image", (sink) => saveImages(store, images, sink, format));
}

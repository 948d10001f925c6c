import { close } from "../ffi/file.ts";
import type { WatchLayer } from "../storage/archive/image_archive.ts";
import { type ArchiveOrigin, type LoadedImage, loadImages } from "../storage/archive/load.ts";
import { EngineError } from "../storage/errors.ts";
import { noArgs } from "./cli/arguments.ts";
import { defineCommand } from "./cli/command.ts";
import { CliError } from "./cli/errors.ts";
import { bool, string } from "./cli/options.ts";
import { print } from "./cli/output.ts";
import { openInputFile } from "./input_file.ts";
import { openStoreInOrder } from "./store_in_order.ts";
import { TransferProgress } from "./transfer_progress.ts";

export const command = defineCommand({
  usage: "[OPTIONS]",
  summary: "Load an image from a tar archive or STDIN",
  description:
    "Takes archives of docker save, and OCI image layouts as tar; either, and the layers " +
    "in it, may be compressed with gzip, zstd, xz or bzip2. An OCI image layout in a directory is " +
    "read as oci:DIR.",
  args: noArgs,
  options: {
    input: string("i", "Read from tar archive file, instead of STDIN"),
    quiet: bool("q", "Suppress the load output"),
  },
  examples: [["box load < busybox.tar.gz", "Load what docker save or box save has written"]],
  async run({ options: { input, quiet }, root }) {
    const origin = originOf(input);
    try {
      const store = await openStoreInOrder(root);
      const watch = quiet ? undefined : watchLayer;
      for (const image of await loadImages(store, origin, { watch })) report(image);
    } catch (error) {
      // docker's answer is in the middle of its output by then, and has no prefix.
      throw error instanceof EngineError ? new CliError(error.message) : error;
    } finally {
      if (typeof origin === "number" && origin !== STDIN) close(origin);
    }
  },
});

const STDIN = 0;

function originOf(input: string | undefined): ArchiveOrigin {
  if (!input) return standardInput();
  const [, transport, path] = /^(docker-archive|oci-archive|oci):(.+)$/s.exec(input) ?? [];
  if (transport !== "oci") return openInputFile(path ?? input);
  if (isDirectory(path)) return { directory: path };
  throw new CliError(`open ${path}: not a directory with an OCI image layout`);
}

function isDirectory(path: string): boolean {
  try {
    return Deno.statSync(path).isDirectory;
  } catch {
    return false;
  }
}

function standardInput(): number {
  if (Deno.stdin.isTerminal()) {
    throw new CliError("requested load from stdin, but stdin is empty");
  }
  return STDIN;
}

/** Shows a layer by the hash in its file's name. */
const watchLayer: WatchLayer = (name, size, source) => {
  const id = /[a-f0-9]{12}/.exec(name)?.[0] ?? "layer";
  return new TransferProgress(`${id}: Loading layer`, size).watch(source);
};

function report({ id, names }: LoadedImage): void {
  if (names.length === 0) print(`Loaded image ID: ${id}`);
  for (const { name, replaced } of names) {
    if (replaced !== undefined) {
      print(
        `The image ${name} already exists, renaming the old one with ID ${replaced} to empty string`,
      );
    }
    print(`Loaded image: ${name}`);
  }
}

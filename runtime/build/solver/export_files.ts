/** --output: the files of what was built, instead of an image. */

import { AT } from "../../../ffi/constants.ts";
import { openDirectory } from "../../../ffi/directory.ts";
import { close, type DirectoryFd } from "../../../ffi/file.ts";
import { packTree } from "../../../storage/layer/pack.ts";
import { copyInto } from "../context/copy_into.ts";
import { selectSources } from "../context/select_sources.ts";

/** Copies all that a root shows into a directory, over what is there. */
export async function exportToDirectory(root: DirectoryFd, path: string): Promise<void> {
  Deno.mkdirSync(path, { recursive: true });
  const tree = { root, name: "build result", ownership: "kept" } as const;
  const upper = openDirectory(AT.FDCWD, path);
  try {
    const sources = selectSources(tree, "/");
    await copyInto({ sources, destination: "/", workingDirectory: "/", upper });
  } finally {
    close(upper);
  }
}

/** Writes an archive of all that a root shows. */
export function exportToTar(
  root: DirectoryFd,
  write: (bytes: Uint8Array<ArrayBuffer>) => void,
): void {
  for (const chunk of packTree(root, { form: "plain" })) write(chunk);
}

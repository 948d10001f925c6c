/** Unpacks an archive that is no layer: what `docker cp` and ADD bring. */

import type { DirectoryFd } from "../../ffi/file.ts";
import { type ExtractOptions, LayerExtractor } from "./extract.ts";
import type { ByteSource } from "./source.ts";
import { TarReader } from "./tar/reader.ts";

/** Unpacks an uncompressed archive below `root`, with names as they are. What an error leaves behind stays. */
export async function unpackArchive(
  source: ByteSource,
  root: DirectoryFd,
  options: Omit<ExtractOptions, "form">,
): Promise<void> {
  const extractor = new LayerExtractor(root, { ...options, form: "plain" });
  const reader = new TarReader({
    raw() {},
    begin: (header) => void extractor.begin(header),
    content: (bytes) => extractor.content(bytes),
    finish: () => extractor.finish(),
  });
  try {
    for await (const chunk of source) reader.write(chunk);
    reader.end();
    extractor.complete();
  } finally {
    extractor.close();
  }
}

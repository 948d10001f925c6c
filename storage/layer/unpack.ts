/** Unpacks an archive that is no layer: what `docker cp` and ADD bring. */

import type { DirectoryFd, Time } from "../../ffi/file.ts";
import { type ExtractOptions, LayerExtractor } from "./extract.ts";
import type { ByteSource } from "./source.ts";
import type { TarHeader } from "./tar/header.ts";
import { TarReader } from "./tar/reader.ts";

export interface UnpackOptions extends Omit<ExtractOptions, "form"> {
  /** The time of everything that is unpacked, if not what the archive says. */
  readonly timestamp?: Time;
}

/** Unpacks an uncompressed archive below `root`, with names as they are. What an error leaves behind stays. */
export async function unpackArchive(
  source: ByteSource,
  root: DirectoryFd,
  options: UnpackOptions,
): Promise<void> {
  const extractor = new LayerExtractor(root, { ...options, form: "plain" });
  const reader = new TarReader({
    raw() {},
    begin: (header) => void extractor.begin(withTime(header, options.timestamp)),
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

function withTime(header: TarHeader, timestamp: Time | undefined): TarHeader {
  return timestamp ? { ...header, modified: timestamp, accessed: timestamp } : header;
}

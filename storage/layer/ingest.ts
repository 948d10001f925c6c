/** Takes in a layer: its bytes are hashed, recorded and unpacked in one pass. */

import { type DirectoryFd, writeAll } from "../../ffi/file.ts";
import { LayerExtractor } from "./extract.ts";
import type { ByteSource } from "./source.ts";
import { TarReader, type TarVisitor } from "./tar/reader.ts";
import { TarSplitRecorder } from "./tar_split/recorder.ts";

export interface IngestedLayer {
  /** sha256 of the uncompressed archive, with its prefix. */
  readonly diffId: string;
  /** Bytes in regular files and symbolic links: what docker calls the layer's size. */
  readonly size: number;
  /** Bytes of the uncompressed archive. */
  readonly tarSize: number;
  readonly entries: number;
}

/**
 * Reads an uncompressed layer to its end, unpacks it into an empty directory, with whiteouts in this form, and writes
 * tar-split.json.gz. Nothing is synced. After an error the caller removes both; ArchiveError says what is wrong with the archive,
 * SystemError names the entry.
 */
export async function ingestLayer(
  source: ByteSource,
  diffDirectory: DirectoryFd,
  tarSplitFd: number,
  form: "overlay" | "archive" = "overlay",
): Promise<IngestedLayer> {
  const [{ createHash }, { gzipSync }] = await Promise.all([
    import("node:crypto"),
    import("node:zlib"),
  ]);
  const hash = createHash("sha256");
  const extractor = new LayerExtractor(diffDirectory, { form, conflicts: "refuse" });
  const recorder = new TarSplitRecorder((json) => {
    writeAll(tarSplitFd, gzipSync(json, { level: 2 }) as Uint8Array<ArrayBuffer>);
  });
  const reader = new TarReader(layerVisitor(extractor, recorder));
  try {
    for await (const chunk of source) {
      hash.update(chunk);
      reader.write(chunk);
    }
    reader.end();
    recorder.end();
    extractor.complete();
  } finally {
    extractor.close();
  }
  return {
    diffId: `sha256:${hash.digest("hex")}`,
    size: extractor.size,
    tarSize: reader.position,
    entries: reader.entries,
  };
}

/** Content that does not end up as a file of the same bytes (sparse files, whiteouts) is kept in the record instead. */
function layerVisitor(extractor: LayerExtractor, recorder: TarSplitRecorder): TarVisitor {
  let isStored = false;
  return {
    raw: (bytes) => recorder.segment(bytes),
    begin(header) {
      isStored = extractor.begin(header);
      recorder.beginFile(header.name, isStored ? header.size : 0);
      if (!isStored) recorder.finishFile();
    },
    content(bytes) {
      extractor.content(bytes);
      if (isStored) recorder.content(bytes);
      else recorder.segment(bytes);
    },
    finish() {
      extractor.finish();
      if (isStored) recorder.finishFile();
    },
  };
}

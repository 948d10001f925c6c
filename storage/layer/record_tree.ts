/** Makes a layer of a directory as it stands: its archive is hashed and described, and never written. */

import { encodeName } from "../../ffi/cstring.ts";
import { type DirectoryFd, writeAll } from "../../ffi/file.ts";
import { packTree } from "./pack.ts";
import type { LayerContent } from "./staged_layer.ts";
import { TarReader, type TarVisitor } from "./tar/reader.ts";
import { TarSplitRecorder } from "./tar_split/recorder.ts";

/** Bytes after which others get their turn: some 20 ms of work. */
const TURN = 8 << 20;

/**
 * Reads a layer's files, whose whiteouts have overlayfs's form or the archive's, and writes the tar-split.json.gz by which its files
 * become the layer's archive again. Nothing is synced. SystemError names what cannot be read.
 */
export async function recordTree(
  directory: DirectoryFd,
  tarSplitFd: number,
  form: "overlay" | "plain" = "overlay",
): Promise<LayerContent> {
  const [{ createHash }, { gzipSync }] = await Promise.all([
    import("node:crypto"),
    import("node:zlib"),
  ]);
  const hash = createHash("sha256");
  const recorder = new TarSplitRecorder((json) => {
    writeAll(tarSplitFd, gzipSync(json, { level: 2 }) as Uint8Array<ArrayBuffer>);
  });
  const visitor = new FileVisitor(recorder);
  const reader = new TarReader(visitor);
  let sinceTurn = 0;
  for (const chunk of packTree(directory, { form })) {
    hash.update(chunk);
    reader.write(chunk);
    sinceTurn += chunk.length;
    if (sinceTurn < TURN) continue;
    sinceTurn = 0;
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
  reader.end();
  recorder.end();
  return { diffId: `sha256:${hash.digest("hex")}`, size: visitor.size };
}

/** Whatever has content is a file of the same name and bytes; everything else is recorded. */
class FileVisitor implements TarVisitor {
  /** Bytes in regular files and symbolic links: what docker calls the layer's size. */
  size = 0;

  constructor(private readonly recorder: TarSplitRecorder) {}

  raw(bytes: Uint8Array<ArrayBuffer>): void {
    this.recorder.segment(bytes);
  }

  begin(header: Parameters<TarVisitor["begin"]>[0]): void {
    this.size += header.type === "symlink" ? encodeName(header.linkName).length : header.size;
    this.recorder.beginFile(header.name, header.size);
  }

  content(bytes: Uint8Array<ArrayBuffer>): void {
    this.recorder.content(bytes);
  }

  finish(): void {
    this.recorder.finishFile();
  }
}

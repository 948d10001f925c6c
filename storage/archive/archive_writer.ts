/** Writes an archive's entries as tar. */

import { CorruptStoreError } from "../errors.ts";
import { ChunkBuffer } from "../layer/chunk_buffer.ts";
import type { ByteSource } from "../layer/source.ts";
import { paddingOf } from "../layer/tar/block.ts";
import type { TarHeader } from "../layer/tar/header.ts";
import { encodeHeader, END_OF_ARCHIVE_SIZE } from "../layer/tar/writer.ts";
import type { ArchivedLayer, ArchiveEntry } from "./archive_layout.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** Takes the next bytes of an archive, which are only valid until it returns or resolves. */
export type ByteSink = (bytes: Bytes) => void | Promise<void>;

/** The bytes of a layer's tar. */
export type LayerBytes = (layer: ArchivedLayer) => ByteSource;

/** Writes entries and the end of the archive. Throws CorruptStoreError for a layer that is not what it was. */
export async function writeArchive(
  entries: readonly ArchiveEntry[],
  layerBytes: LayerBytes,
  sink: ByteSink,
): Promise<void> {
  const output = new ChunkBuffer();
  const flush = async () => {
    if (!output.isEmpty) await sink(output.take());
  };
  for (const entry of entries) {
    output.append(encodeHeader(headerOf(entry)));
    if (entry.type === "file") {
      output.append(entry.content);
      output.pad(paddingOf(entry.content.length));
    } else if (entry.type === "layer") {
      await flush();
      for await (const chunk of verified(entry.layer, layerBytes)) await sink(chunk);
      output.pad(paddingOf(entry.layer.tarSize));
    }
    if (output.isFull) await flush();
  }
  output.pad(END_OF_ARCHIVE_SIZE);
  await flush();
}

/** A layer's bytes; after the last of them CorruptStoreError if they are not what they were. */
export async function* verified(layer: ArchivedLayer, layerBytes: LayerBytes): ByteSource {
  const { createHash } = await import("node:crypto");
  const hash = createHash("sha256");
  let size = 0;
  for await (const chunk of layerBytes(layer)) {
    hash.update(chunk);
    size += chunk.length;
    yield chunk;
  }
  verify(layer, size, `sha256:${hash.digest("hex")}`);
}

/** Files were changed or lost behind the store's back. */
function verify(layer: ArchivedLayer, size: number, diffId: string): void {
  if (diffId === layer.diffId && size === layer.tarSize) return;
  throw new CorruptStoreError(
    `layer ${layer.chainId} is damaged: expected diffID ${layer.diffId} and ${layer.tarSize} bytes, ` +
      `got ${diffId} and ${size}`,
  );
}

function headerOf(entry: ArchiveEntry): TarHeader {
  const common = { uid: 0, gid: 0, modified: entry.modified, deviceMajor: 0, deviceMinor: 0 };
  const { name } = entry, linkName = "";
  switch (entry.type) {
    case "directory":
      return { ...common, type: "directory", name: `${name}/`, linkName, mode: 0o755, size: 0 };
    case "symlink":
      return { ...common, type: "symlink", name, linkName: entry.target, mode: 0o777, size: 0 };
    case "file":
      return { ...common, type: "file", name, linkName, mode: 0o644, size: entry.content.length };
    case "layer":
      return { ...common, type: "file", name, linkName, mode: 0o644, size: entry.layer.tarSize };
  }
}

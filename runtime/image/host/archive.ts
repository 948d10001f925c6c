/** Writes the files of an image as a tar archive, without a copy of any of them. */

import { close, read } from "../../../ffi/file.ts";
import { isRegularFile, statAt } from "../../../ffi/stat.ts";
import { EngineError } from "../../../storage/errors.ts";
import type { ByteSource } from "../../../storage/layer/source.ts";
import { paddingOf } from "../../../storage/layer/tar/block.ts";
import type { EntryType, TarHeader } from "../../../storage/layer/tar/header.ts";
import { encodeHeader, END_OF_ARCHIVE_SIZE } from "../../../storage/layer/tar/writer.ts";
import type { HostFiles } from "./host_files.ts";
import type { ImageEntry, ImageTree } from "./image_tree.ts";

const CHUNK_SIZE = 1 << 18;

/**
 * The archive of a tree. Everything is root's, and what has no date of its own gets the newest file's, so that the same
 * host always gives the same archive.
 */
export async function* archiveOf(tree: ImageTree, files: HostFiles): ByteSource {
  const entries = tree.entries();
  const newest = newestFile(entries.map(([, entry]) => entry));
  for (const [path, entry] of entries) {
    const content = entry.type === "text" ? new TextEncoder().encode(entry.content) : undefined;
    const size = entry.type === "file" ? entry.size : content?.length ?? 0;
    yield encodeHeader(headerOf(path, entry, size, modifiedOf(entry) ?? newest));
    if (entry.type === "file") yield* contentOf(files, entry.hostPath, size);
    else if (content) yield content;
    yield new Uint8Array(paddingOf(size));
  }
  yield new Uint8Array(END_OF_ARCHIVE_SIZE);
}

function newestFile(entries: readonly ImageEntry[]): number {
  return entries.reduce(
    (latest, entry) => entry.type === "file" ? Math.max(latest, entry.modified) : latest,
    0,
  );
}

function modifiedOf(entry: ImageEntry): number | undefined {
  return entry.type === "file" || entry.type === "symlink" ? entry.modified : undefined;
}

const types: Readonly<Record<ImageEntry["type"], EntryType>> = {
  directory: "directory",
  symlink: "symlink",
  text: "file",
  file: "file",
};

function headerOf(path: string, entry: ImageEntry, size: number, modified: number): TarHeader {
  return {
    name: path.slice(1) + (entry.type === "directory" ? "/" : ""),
    linkName: entry.type === "symlink" ? entry.target : "",
    type: types[entry.type],
    mode: entry.type === "symlink" ? 0o777 : entry.mode,
    uid: 0,
    gid: 0,
    size,
    modified: { seconds: modified, nanoseconds: 0 },
    deviceMajor: 0,
    deviceMinor: 0,
  };
}

/** The header has said the size already, so a file that is replaced meanwhile cannot be taken. */
async function* contentOf(files: HostFiles, path: string, size: number): ByteSource {
  const fd = files.open(path), buffer = new Uint8Array(CHUNK_SIZE);
  try {
    const stat = statAt(fd, "");
    if (!isRegularFile(stat) || stat.size !== size) throw changed(path);
    for (let rest = size; rest > 0;) {
      const length = read(fd, buffer.subarray(0, Math.min(rest, CHUNK_SIZE)));
      if (length === 0) throw changed(path);
      rest -= length;
      yield buffer.subarray(0, length);
    }
  } finally {
    close(fd);
  }
}

function changed(path: string): EngineError {
  return new EngineError(`${path} changed while the image was made: try again`);
}

/** Puts a layer's tar together again, byte for byte, from its record and its files. */

import { O } from "../../../ffi/constants.ts";
import { isErrno } from "../../../ffi/errno.ts";
import { close, type DirectoryFd, read } from "../../../ffi/file.ts";
import { CorruptStoreError } from "../../errors.ts";
import { ChunkBuffer } from "../chunk_buffer.ts";
import { cleanName } from "../name.ts";
import { openInRoot } from "../parent_directories.ts";
import type { ByteSource } from "../source.ts";
import { Crc64 } from "./crc64.ts";
import { readTarSplit, type TarSplitEntry } from "./entries.ts";

export interface AssembleOptions {
  readonly verify?: boolean;
}

/** Bytes that assembleTar will give: the sizes are in the record, so the files are not read. */
export async function assembledSize(tarSplitFd: number): Promise<number> {
  let size = 0;
  for await (const entries of readTarSplit(tarSplitFd)) {
    for (const entry of entries) size += entry.type === "file" ? entry.size : entry.bytes.length;
  }
  return size;
}

/**
 * The layer's uncompressed tar. CorruptStoreError names the file that is missing or has changed: every file's checksum is verified,
 * unless the caller verifies the whole. The descriptor of tar-split.json.gz is read from its start.
 */
export async function* assembleTar(
  tarSplitFd: number,
  diffDirectory: DirectoryFd,
  { verify = true }: AssembleOptions = {},
): ByteSource {
  const output = new ChunkBuffer(), crc = verify ? new Crc64() : undefined;
  for await (const entries of readTarSplit(tarSplitFd)) {
    for (const entry of entries) {
      if (entry.type === "segment") output.append(entry.bytes);
      else if (entry.size > 0) yield* readFile(diffDirectory, entry, output, crc);
      if (output.isFull) yield output.take();
    }
  }
  if (!output.isEmpty) yield output.take();
}

type FileEntry = TarSplitEntry & { type: "file" };

/** Reads a file into the buffer; what does not fit is yielded. */
function* readFile(
  diffDirectory: DirectoryFd,
  { name, size, checksum }: FileEntry,
  output: ChunkBuffer,
  crc: Crc64 | undefined,
): Generator<Uint8Array<ArrayBuffer>> {
  const fd = openContent(diffDirectory, name);
  crc?.reset();
  try {
    for (let remaining = size; remaining > 0;) {
      if (output.isFull) yield output.take();
      const room = output.room(remaining), length = read(fd, room);
      if (length === 0) {
        throw new CorruptStoreError(`layer file ${JSON.stringify(name)} is shorter than it was`);
      }
      crc?.update(room.subarray(0, length));
      output.advance(length);
      remaining -= length;
    }
  } finally {
    close(fd);
  }
  if (crc === undefined) return;
  const found = crc.digest();
  if (!found.every((byte, index) => byte === checksum?.[index])) {
    throw new CorruptStoreError(`file integrity checksum failed for ${JSON.stringify(name)}`);
  }
}

/** Names are cleaned as docker does it, which lets `..` stop at the root. */
function openContent(diffDirectory: DirectoryFd, name: string): number {
  const path = cleanName(name) ?? cleanName(`/${name}`)!;
  try {
    return openInRoot(diffDirectory, path, O.RDONLY | O.NOFOLLOW | O.NONBLOCK | O.NOCTTY);
  } catch (error) {
    if (!isErrno(error, "ENOENT", "ENOTDIR", "ELOOP")) throw error;
    throw new CorruptStoreError(`layer file ${JSON.stringify(name)} is missing`);
  }
}

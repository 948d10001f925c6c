/** Finds out how an archive can be read. */

import { pread } from "../../ffi/file.ts";
import { kernel } from "../../ffi/kernel.ts";
import { isRegularFile, statAt } from "../../ffi/stat.ts";
import { decompress, detectCompression } from "../layer/compression/decompress.ts";
import { fileSource } from "../layer/source.ts";
import type { Store } from "../store.ts";
import type { ImageArchive, WatchLayer } from "./image_archive.ts";
import { SeekableArchive } from "./seekable_archive.ts";
import { StreamedArchive } from "./streamed_archive.ts";

/** Reads what must be read of the archive in an open file, which stays open as long as the result is used. */
export async function openArchive(
  store: Store,
  fd: number,
  watch?: WatchLayer,
): Promise<ImageArchive> {
  if (canSeek(fd)) return new SeekableArchive(store, fd, watch);
  return await StreamedArchive.read(store, decompress(fileSource(fd)), watch);
}

const SEEK_CUR = 1;

/** Whether this is an uncompressed file of which nothing has been read. */
function canSeek(fd: number): boolean {
  if (!isRegularFile(statAt(fd, "")) || kernel.lseek(fd, 0n, SEEK_CUR) !== 0n) return false;
  const head = new Uint8Array(16);
  return detectCompression(head.subarray(0, pread(fd, head, 0))) === "none";
}

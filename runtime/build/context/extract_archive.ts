/** ADD of a local archive: what is in it is unpacked. */

import { O } from "../../../ffi/constants.ts";
import { close, setTimesOfFd, type Time } from "../../../ffi/file.ts";
import { isRegularFile, statAt } from "../../../ffi/stat.ts";
import { ArchiveError } from "../../../storage/layer/archive_error.ts";
import type { Owner } from "../../../storage/layer/attributes.ts";
import { decompress } from "../../../storage/layer/compression/decompress.ts";
import { fileSource } from "../../../storage/layer/source.ts";
import { TarReader } from "../../../storage/layer/tar/reader.ts";
import { unpackArchive } from "../../../storage/layer/unpack.ts";
import { openSource } from "./source_lookup.ts";
import type { CopySource } from "./types.ts";
import type { TargetDirectory } from "./target_tree.ts";

/** Whether a file begins like a tar with at least one entry, compressed or not. Its name does not matter. */
export async function isArchive(source: CopySource): Promise<boolean> {
  if (source.isDirectory) return false;
  return await withSource(source, async (fd) => {
    if (!isRegularFile(statAt(fd, ""))) return false;
    let hasEntry = false;
    const reader = new TarReader({
      raw() {},
      begin: () => void (hasEntry = true),
      content() {},
      finish() {},
    });
    try {
      for await (const chunk of decompress(fileSource(fd))) {
        for (let at = 0; at < chunk.length && !hasEntry; at += BLOCK) {
          reader.write(chunk.subarray(at, at + BLOCK));
        }
        // An archive whose first entry is not to be found this far is none that is worth waiting for.
        if (hasEntry || reader.position > HEAD) break;
      }
    } catch (error) {
      if (!(error instanceof ArchiveError)) throw error;
    }
    return hasEntry;
  });
}

const BLOCK = 512, HEAD = 4 << 20;

export interface ExtractionOptions {
  readonly owner?: Owner;
  readonly timestamp?: Time;
}

/**
 * Unpacks an archive in a directory as if that were `/`: no link of the archive, and none that is there already, leads out of
 * it. Who owns the files is as the archive says, unless an owner is given. ArchiveError for one that is corrupt or tries to
 * escape.
 */
export async function extractArchive(
  source: CopySource,
  { fd, path }: TargetDirectory,
  options: ExtractionOptions,
): Promise<void> {
  const { modified } = statAt(fd, "");
  await withSource(source, (archive) =>
    unpackArchive(decompress(fileSource(archive)), fd, {
      ...options,
      conflicts: "replace",
      rootName: `/${path}`,
    }));
  // What is put into a directory changes its time; that it was there before is not to be seen by it.
  const time = options.timestamp ?? modified;
  setTimesOfFd(fd, time, time);
}

async function withSource<T>(
  { tree, path }: CopySource,
  use: (fd: number) => Promise<T>,
): Promise<T> {
  using resources = new DisposableStack();
  const fd = openSource(tree, path, O.RDONLY | O.NOFOLLOW | O.NONBLOCK | O.NOCTTY);
  resources.defer(() => close(fd));
  return await use(fd);
}

/** Writes the entries of an archive into a directory: each file appears by rename when it is complete. */

import { AT, O } from "../../ffi/constants.ts";
import { openDirectory } from "../../ffi/directory.ts";
import { isErrno } from "../../ffi/errno.ts";
import {
  close,
  type DirectoryFd,
  makeDirectory,
  makeSymlink,
  openAt,
  rename,
  syncFileSystem,
  unlink,
  writeAll,
} from "../../ffi/file.ts";
import { isRegularFile, statIfExists } from "../../ffi/stat.ts";
import { randomId } from "../id.ts";
import { DirectoryLock } from "../lock.ts";
import type { ByteSource } from "../layer/source.ts";
import type { ArchiveEntry } from "./archive_layout.ts";
import { type LayerBytes, verified } from "./archive_writer.ts";

/**
 * Makes the directory if there is none, and adds to what is in it. `plan` is asked for the entries when nobody else writes there.
 * A blob that is there with the size that it has to have is not written again, for its name is its digest.
 */
export async function writeDirectory(
  path: string,
  plan: () => Promise<readonly ArchiveEntry[]>,
  layerBytes: LayerBytes,
): Promise<void> {
  Deno.mkdirSync(path, { recursive: true });
  using _ = DirectoryLock.take(path, "exclusive");
  const top = openDirectory(AT.FDCWD, path);
  try {
    for (const entry of await plan()) await writeEntry(top, entry, layerBytes);
    syncFileSystem(top);
  } finally {
    close(top);
  }
}

async function writeEntry(
  top: DirectoryFd,
  entry: ArchiveEntry,
  layerBytes: LayerBytes,
): Promise<void> {
  switch (entry.type) {
    case "directory":
      return ensure(top, entry.name);
    case "symlink":
      return await replacing(top, entry.name, (name) => makeSymlink(entry.target, top, name));
    case "file":
      return await replacing(top, entry.name, (name) => writeNew(top, name, [entry.content]));
    case "layer": {
      const stat = statIfExists(top, entry.name);
      if (
        entry.name.startsWith("blobs/") && stat && isRegularFile(stat) &&
        stat.size === entry.layer.tarSize
      ) return;
      const content = verified(entry.layer, layerBytes);
      return await replacing(top, entry.name, (name) => writeNew(top, name, content));
    }
  }
}

function ensure(directory: DirectoryFd, name: string): void {
  try {
    makeDirectory(directory, name, 0o755);
  } catch (error) {
    if (!isErrno(error, "EEXIST")) throw error;
  }
}

async function replacing(
  top: DirectoryFd,
  name: string,
  make: (temporary: string) => void | Promise<void>,
): Promise<void> {
  const temporary = `${name.slice(0, name.lastIndexOf("/") + 1)}.tmp-${randomId().slice(0, 16)}`;
  try {
    await make(temporary);
    rename(top, temporary, top, name);
  } catch (error) {
    if (statIfExists(top, temporary)) unlink(top, temporary);
    throw error;
  }
}

async function writeNew(
  top: DirectoryFd,
  name: string,
  content: ByteSource | Iterable<Uint8Array<ArrayBuffer>>,
): Promise<void> {
  const fd = openAt(top, name, O.WRONLY | O.CREAT | O.EXCL, 0o644);
  try {
    for await (const chunk of content) writeAll(fd, chunk);
  } finally {
    close(fd);
  }
}

/** Writes the entries of an archive into a directory: each file appears by rename when it is complete. */

import { AT, O } from "../../ffi/constants.ts";
import { listNames, openDirectory } from "../../ffi/directory.ts";
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
import { blobPath } from "./oci.ts";
import { type LayerBytes, verified } from "./archive_writer.ts";

const BLOBS = "blobs/sha256";
const TEMPORARY = ".tmp-";

const temporaryName = () => TEMPORARY + randomId().slice(0, 16);

/** Writes a blob whose digest nobody knows yet. */
export type WriteBlob = (content: ByteSource) => Promise<{ digest: string; size: number }>;

/**
 * Makes the directory if there is none, and adds to what is in it. `plan` is asked for the entries when nobody else writes there.
 * A blob that is there with the size that it has to have is not written again, for its name is its digest. With `isWhole` the
 * entries are all that is to be there: other blobs go when everything is written.
 */
export async function writeDirectory(
  path: string,
  plan: (
    writeBlob: WriteBlob,
  ) => Promise<{ readonly entries: readonly ArchiveEntry[]; readonly isWhole?: boolean }>,
  layerBytes: LayerBytes,
): Promise<void> {
  Deno.mkdirSync(path, { recursive: true });
  using _ = DirectoryLock.take(path, "exclusive");
  const top = openDirectory(AT.FDCWD, path);
  try {
    const names = new Set<string>();
    const { entries, isWhole } = await plan(async (content) => {
      const blob = await writeBlob(top, content);
      names.add(blobPath(blob.digest));
      return blob;
    });
    for (const { name } of entries) names.add(name);
    for (const entry of entries) await writeEntry(top, entry, layerBytes);
    syncFileSystem(top);
    if (isWhole) removeOtherBlobs(top, path, names);
  } finally {
    close(top);
  }
}

async function writeBlob(
  top: DirectoryFd,
  content: ByteSource,
): Promise<{ digest: string; size: number }> {
  const { createHash } = await import("node:crypto");
  const hash = createHash("sha256"), temporary = `${BLOBS}/${temporaryName()}`;
  let size = 0;
  async function* metered(): ByteSource {
    for await (const chunk of content) {
      hash.update(chunk);
      size += chunk.length;
      yield chunk;
    }
  }
  ensure(top, "blobs");
  ensure(top, BLOBS);
  try {
    await writeNew(top, temporary, metered());
    const digest = `sha256:${hash.digest("hex")}`;
    rename(top, temporary, top, blobPath(digest));
    return { digest, size };
  } catch (error) {
    if (statIfExists(top, temporary)) unlink(top, temporary);
    throw error;
  }
}

/** Only what is called like a blob, or like one that a killed writer left. */
function removeOtherBlobs(top: DirectoryFd, path: string, names: ReadonlySet<string>): void {
  for (const name of listNames(`${path}/${BLOBS}`)) {
    const isOurs = /^[a-f0-9]{64}$/.test(name) || name.startsWith(TEMPORARY);
    if (isOurs && !names.has(`${BLOBS}/${name}`)) unlink(top, `${BLOBS}/${name}`);
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
  const temporary = name.slice(0, name.lastIndexOf("/") + 1) + temporaryName();
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

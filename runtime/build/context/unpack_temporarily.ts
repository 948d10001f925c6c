/** A tar, compressed or not, as a directory for the time of a build. */

import { decompress } from "../../../storage/layer/compression/decompress.ts";
import type { ByteSource } from "../../../storage/layer/source.ts";
import { unpackArchive } from "../../../storage/layer/unpack.ts";
import type { Store } from "../../../storage/store.ts";
import { TemporaryDirectory } from "../../../storage/temporary_directory.ts";

/** Throws ArchiveError for one that is corrupt or tries to get out. */
export async function unpackTemporarily(
  store: Store,
  bytes: ByteSource,
): Promise<TemporaryDirectory> {
  using resources = new DisposableStack();
  const directory = resources.use(TemporaryDirectory.make(store));
  await unpackArchive(decompress(bytes), directory.fd, { conflicts: "replace" });
  resources.move();
  return directory;
}

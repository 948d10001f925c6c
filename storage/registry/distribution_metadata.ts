/** image/overlay2/distribution: which compressed blobs of registries are which layers, as docker notes it. */

import { hexOf, isDigest } from "../digest.ts";
import { ensureDirectory, readTextIfExists, replaceFile } from "../files.ts";
import type { Store } from "../store.ts";

/** A blob of a layer that some registry has. */
export interface KnownBlob {
  readonly Digest: string;
  /** With its domain: `docker.io/library/busybox`. */
  readonly SourceRepository: string;
  /** Docker's mark of the credentials that it was pushed with; box leaves it empty. */
  readonly HMAC: string;
}

/** Docker keeps as many. */
const MOST_KNOWN = 50;

const directoryOf = (store: Store, name: string) => store.imagePath(`distribution/${name}/sha256`);

/** Blobs of a layer, the one noted last at the end. What cannot be read is only a note that is lost. */
export function knownBlobs(store: Store, diffId: string): KnownBlob[] {
  try {
    const path = `${directoryOf(store, "v2metadata-by-diffid")}/${hexOf(diffId)}`;
    const list = JSON.parse(readTextIfExists(path) ?? "[]");
    return Array.isArray(list)
      ? list.filter((each) => isDigest(each?.Digest) && typeof each.SourceRepository === "string")
      : [];
  } catch {
    return [];
  }
}

/** Notes that a repository has a layer as a blob that is compressed with gzip. */
export function noteBlob(store: Store, diffId: string, digest: string, repository: string): void {
  const blob: KnownBlob = { Digest: digest, SourceRepository: repository, HMAC: "" };
  if (isLast(store, diffId, blob)) return;
  using _ = store.lockImages("exclusive");
  const others = knownBlobs(store, diffId)
    .filter((each) => each.Digest !== digest || each.SourceRepository !== repository);
  write(store, "diffid-by-digest", digest, diffId);
  write(
    store,
    "v2metadata-by-diffid",
    diffId,
    JSON.stringify([...others, blob].slice(-MOST_KNOWN)),
  );
}

function isLast(store: Store, diffId: string, { Digest, SourceRepository }: KnownBlob): boolean {
  const last = knownBlobs(store, diffId).at(-1);
  return last?.Digest === Digest && last.SourceRepository === SourceRepository;
}

function write(store: Store, name: string, digest: string, text: string): void {
  const directory = directoryOf(store, name);
  ensureDirectory(directory.slice(0, directory.lastIndexOf("/")), 0o700);
  ensureDirectory(directory, 0o700);
  replaceFile(`${directory}/${hexOf(digest)}`, text, { mode: 0o600 });
}

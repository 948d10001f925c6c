/** An archive of images as those see it who look for images in it. */

import { algorithmOf, type DigestAlgorithm, digestLike, isContentDigest } from "../digest.ts";
import { InvalidError } from "../errors.ts";
import type { ByteSource } from "../layer/source.ts";
import type { UnpackedLayer } from "./unpacked_layer.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** The largest document that is read into memory, be it a manifest or a configuration. Bytes. */
export const DOCUMENT_LIMIT = 4 << 20;

/** Files that an archive of images may have: far more than docker can make, since its images have 127 layers at most. */
export const FILES_LIMIT = 100_000;

/** Names are paths in the archive; links are followed, as if its root were `/`. */
export interface ImageArchive extends Disposable {
  /** The content of a small file; undefined if there is none of this name. */
  read(name: string): Promise<Bytes | undefined>;

  /** Unpacks the layer in a file; it can be had only once. Whoever takes it disposes of it. */
  takeLayer(name: string): Promise<UnpackedLayer>;
}

/**
 * Sees the bytes of a layer's file on their way and passes them on, to show how far the loading is. `name` is the file's path
 * in the archive, `size` its bytes.
 */
export type WatchLayer = (name: string, size: number, source: ByteSource) => ByteSource;

/** The digest that the name of a file in an OCI layout promises. */
export function promisedDigest(name: string): string | undefined {
  const [, algorithm, hash] = /(?:^|\/)blobs\/(\w+)\/([a-f0-9]+)$/.exec(name) ?? [];
  const digest = `${algorithm}:${hash}`;
  return isContentDigest(digest) ? digest : undefined;
}

/** With what a layer's file is to be hashed. */
export function algorithmFor(name: string): DigestAlgorithm {
  return algorithmOf(promisedDigest(name) ?? "");
}

/** Reads a document that must be there, and that must be what its name says. */
export async function readDocument(archive: ImageArchive, name: string): Promise<Bytes> {
  const bytes = await archive.read(name);
  if (bytes === undefined) throw missingFile(name);
  const promised = promisedDigest(name);
  if (promised !== undefined) verifyDigest(name, promised, await digestLike(promised, bytes));
  return bytes;
}

/** Parses a document of the archive. */
export function parseDocument(bytes: Bytes, name: string): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    throw new InvalidError(`${shown(name)} is not valid JSON`);
  }
}

export function missingFile(name: string): InvalidError {
  return new InvalidError(`invalid archive: open ${shown(name)}: no such file or directory`);
}

export function verifyDigest(name: string, expected: string, actual: string): void {
  if (expected === actual) return;
  throw new InvalidError(`invalid digest for ${shown(name)}: expected ${expected}, got ${actual}`);
}

export function verifySize(name: string, expected: number, actual: number): void {
  if (expected === actual) return;
  throw new InvalidError(`invalid size for ${shown(name)}: expected ${expected}, got ${actual}`);
}

/** A text of the archive as an error may show it on a terminal: quoted, unless it is harmless. */
export function shown(text: string): string {
  return /^[\w./:@+-]+$/.test(text) ? text : JSON.stringify(text);
}

/**
 * An archive that can be read only once and from front to back: standard input, or a compressed file. What it is about is
 * often said at its end, so every layer is unpacked as it comes by, and small files are kept in memory.
 */

import { EngineError, InvalidError } from "../errors.ts";
import { ArchiveError } from "../layer/archive_error.ts";
import { pathOf } from "../layer/name.ts";
import type { ByteSource } from "../layer/source.ts";
import { detectCompression } from "../layer/compression/decompress.ts";
import { BLOCK_SIZE, checksumMatches, isZeroBlock } from "../layer/tar/block.ts";
import type { Store } from "../store.ts";
import { readEntries, type TarEntry } from "./entries.ts";
import {
  algorithmFor,
  DOCUMENT_LIMIT,
  FILES_LIMIT,
  type ImageArchive,
  missingFile,
  shown,
  type WatchLayer,
} from "./image_archive.ts";
import { ArchiveLinks } from "./links.ts";
import { once, peek } from "./peek.ts";
import { type UnpackedLayer, unpackLayer } from "./unpacked_layer.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** Bytes of all small files together that are kept in memory. */
const DOCUMENTS_LIMIT = 64 << 20;

type File =
  | { readonly kind: "document"; readonly bytes: Bytes }
  | { readonly kind: "layer"; readonly layer: UnpackedLayer }
  /** What looked like a layer, but is none: only an error if it is asked for. */
  | { readonly kind: "broken"; readonly error: EngineError }
  | { readonly kind: "taken" };

export class StreamedArchive implements ImageArchive {
  private readonly files = new Map<string, File>();
  private readonly links = new ArchiveLinks();
  private documentBytes = 0;

  private constructor(private readonly store: Store, private readonly watch?: WatchLayer) {}

  /** Reads an uncompressed archive to its end. Throws ArchiveError for one that is malformed or too large. */
  static async read(
    store: Store,
    source: ByteSource,
    watch?: WatchLayer,
  ): Promise<StreamedArchive> {
    const archive = new StreamedArchive(store, watch);
    try {
      for await (const entry of readEntries(source)) await archive.add(entry);
      return archive;
    } catch (error) {
      archive[Symbol.dispose]();
      throw error;
    }
  }

  read(name: string): Promise<Bytes | undefined> {
    const file = this.files.get(this.links.resolve(name));
    if (file === undefined) return Promise.resolve(undefined);
    if (file.kind === "document") return Promise.resolve(file.bytes);
    return Promise.reject(new InvalidError(`${shown(name)} is no document of at most 4 MiB`));
  }

  async takeLayer(name: string): Promise<UnpackedLayer> {
    const path = this.links.resolve(name), file = this.files.get(path);
    switch (file?.kind) {
      case undefined:
        throw missingFile(name);
      case "layer":
        this.files.set(path, { kind: "taken" });
        return file.layer;
      case "document": // so small or so odd that it was not taken for a layer
        return await unpackLayer(this.store, once(file.bytes), algorithmFor(path));
      case "broken":
        throw file.error;
      case "taken":
        throw new InvalidError(`${shown(name)} is used for two different layers`);
    }
  }

  [Symbol.dispose](): void {
    for (const path of this.files.keys()) this.forget(path);
  }

  private async add({ header, content }: TarEntry): Promise<void> {
    this.links.add(header);
    if (header.type !== "file") return;
    const path = pathOf(header.name);
    this.forget(path); // the last one of a name counts, as if they were unpacked
    if (header.sparse !== undefined) {
      throw new ArchiveError(
        `${shown(header.name)}: sparse files are not supported in an archive of images`,
      );
    }
    if (this.files.size >= FILES_LIMIT) {
      throw new ArchiveError(`archive has more than ${FILES_LIMIT} files`);
    }
    this.files.set(path, await this.take(path, header.size, content));
  }

  private async take(path: string, size: number, content: ByteSource): Promise<File> {
    const { head, whole } = await peek(content, BLOCK_SIZE);
    if (!looksLikeLayer(head)) return await this.keep(path, size, whole);
    try {
      const source = this.watch?.(path, size, whole) ?? whole;
      return { kind: "layer", layer: await unpackLayer(this.store, source, algorithmFor(path)) };
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      return { kind: "broken", error };
    }
  }

  private async keep(path: string, size: number, content: ByteSource): Promise<File> {
    if (size > DOCUMENT_LIMIT) {
      return {
        kind: "broken",
        error: new InvalidError(`${shown(path)} is neither a layer nor small`),
      };
    }
    this.documentBytes += size;
    if (this.documentBytes > DOCUMENTS_LIMIT) {
      throw new ArchiveError("archive has more than 64 MiB of documents");
    }
    const bytes = new Uint8Array(size);
    let at = 0;
    for await (const chunk of content) {
      bytes.set(chunk, at);
      at += chunk.length;
    }
    return { kind: "document", bytes };
  }

  private forget(path: string): void {
    const file = this.files.get(path);
    if (file?.kind === "layer") file.layer.staged[Symbol.dispose]();
    this.files.delete(path);
  }
}

/** Whether a file begins as a layer does: with the magic number of a compression, or with the first block of a tar. */
function looksLikeLayer(head: Bytes): boolean {
  if (detectCompression(head) !== "none") return true;
  return head.length >= BLOCK_SIZE && (isZeroBlock(head) || checksumMatches(head));
}

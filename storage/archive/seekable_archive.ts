/** An archive in a file: its headers are read first, and then only what is needed. */

import { pread } from "../../ffi/file.ts";
import { statAt } from "../../ffi/stat.ts";
import { InvalidError } from "../errors.ts";
import { ArchiveError, unexpectedEnd } from "../layer/archive_error.ts";
import { pathOf } from "../layer/name.ts";
import type { ByteSource } from "../layer/source.ts";
import { BLOCK_SIZE, isZeroBlock, paddingOf } from "../layer/tar/block.ts";
import type { TarHeader } from "../layer/tar/header.ts";
import { TarReader } from "../layer/tar/reader.ts";
import type { Store } from "../store.ts";
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
import { type UnpackedLayer, unpackLayer } from "./unpacked_layer.ts";

type Bytes = Uint8Array<ArrayBuffer>;

const CHUNK_SIZE = 1 << 20;

/** Where the content of a file lies in the archive, in bytes. */
interface Range {
  readonly start: number;
  readonly size: number;
}

export class SeekableArchive implements ImageArchive {
  private readonly files = new Map<string, Range>();
  private readonly links = new ArchiveLinks();

  /** Reads the headers of the archive in a regular file that stays open. Throws ArchiveError if it is malformed. */
  constructor(
    private readonly store: Store,
    private readonly fd: number,
    private readonly watch?: WatchLayer,
  ) {
    for (const { header, start } of scan(fd)) this.add(header, start);
  }

  private add(header: TarHeader, start: number): void {
    this.links.add(header);
    if (header.type !== "file") return;
    if (header.sparse !== undefined) {
      throw new ArchiveError(
        `${shown(header.name)}: sparse files are not supported in an archive of images`,
      );
    }
    this.files.set(pathOf(header.name), { start, size: header.size });
    if (this.files.size > FILES_LIMIT) {
      throw new ArchiveError(`archive has more than ${FILES_LIMIT} files`);
    }
  }

  async read(name: string): Promise<Bytes | undefined> {
    const range = this.files.get(this.links.resolve(name));
    if (range === undefined) return undefined;
    if (range.size > DOCUMENT_LIMIT) {
      throw new InvalidError(`${shown(name)} is no document of at most 4 MiB`);
    }
    const bytes = new Uint8Array(range.size);
    let at = 0;
    for await (const chunk of this.contentOf(range)) {
      bytes.set(chunk, at);
      at += chunk.length;
    }
    return bytes;
  }

  async takeLayer(name: string): Promise<UnpackedLayer> {
    const range = this.files.get(this.links.resolve(name));
    if (range === undefined) throw missingFile(name);
    const source = this.contentOf(range);
    const watched = this.watch?.(name, range.size, source) ?? source;
    return await unpackLayer(this.store, watched, algorithmFor(name));
  }

  private async *contentOf({ start, size }: Range): ByteSource {
    const buffer = new Uint8Array(Math.min(size, CHUNK_SIZE));
    for (let at = 0; at < size;) {
      const length = pread(this.fd, buffer.subarray(0, size - at), start + at);
      if (length === 0) throw unexpectedEnd();
      at += length;
      yield buffer.subarray(0, length);
    }
  }

  [Symbol.dispose](): void {}
}

const zeros = new Uint8Array(CHUNK_SIZE);

/** The headers of an archive, each with where its content starts; the content itself is not read. */
function* scan(fd: number): Generator<{ header: TarHeader; start: number }> {
  const end = statAt(fd, "").size, block = new Uint8Array(BLOCK_SIZE);
  const found: TarHeader[] = [];
  const reader = new TarReader({
    raw() {},
    begin: (header) => found.push(header),
    content() {},
    finish() {},
  });
  for (let zeroBlocks = 0; zeroBlocks < 2;) {
    const length = pread(fd, block, reader.position);
    if (length === 0) return reader.end();
    zeroBlocks = isZeroBlock(block) ? zeroBlocks + 1 : 0;
    reader.write(block.subarray(0, length));
    const header = found.pop();
    if (header === undefined) continue;
    const start = reader.position;
    if (start + header.size > end) throw unexpectedEnd();
    yield { header, start };
    // The reader counts the content, but does not look at it: anything of this length will do.
    for (let rest = header.size + paddingOf(header.size); rest > 0; rest -= CHUNK_SIZE) {
      reader.write(zeros.subarray(0, rest));
    }
  }
}

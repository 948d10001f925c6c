/** Reads a tar archive that is pushed in, chunk by chunk: V7, ustar, pax, GNU, star. */

import { decodeName } from "../../../ffi/cstring.ts";
import { BLOCK_SIZE, isZeroBlock, paddingOf, readNumber, TYPE_OFFSET } from "./block.ts";
import { ArchiveError, unexpectedEnd } from "../archive_error.ts";
import { invalidHeader } from "./error.ts";
import { decodeHeader, entryTypeOf, type TarHeader, TYPE } from "./header.ts";
import { applyRecords, parseRecords, type PaxRecord } from "./pax.ts";
import {
  checkFragments,
  readOldFragments,
  type SparseFragment,
  sparseFromRecords,
  SparseMapReader,
} from "./sparse.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** What the reader finds. All bytes are only valid during the call. */
export interface TarVisitor {
  /** The next bytes of the archive that are not the content of a file: headers, padding, the end and what follows it. */
  raw(bytes: Bytes): void;
  /** An entry begins; its headers have been passed to raw(). */
  begin(header: TarHeader): void;
  /** The next bytes of the entry's content. */
  content(bytes: Bytes): void;
  /** The entry is complete; its padding has not yet been passed to raw(). */
  finish(): void;
}

/** Bytes that an extended header or a long name may have; Go and GNU tar refuse more than this, too. */
export const MAX_EXTENSION_SIZE = 1 << 20;

/** Entries that one archive may have: a bound for what is remembered of each, far above what real layers have. */
export const MAX_ENTRIES = 4_000_000;

/** Fragments of an old GNU sparse file, as many as the other formats can have within MAX_EXTENSION_SIZE. */
const MAX_OLD_FRAGMENTS = 1 << 16;

/** Fields of an old GNU sparse header and of the blocks that continue it. */
const OLD_SPARSE = { start: 386, count: 4, isExtended: 482, size: [483, 12] } as const;
const OLD_SPARSE_BLOCK = { count: 21, isExtended: 504 } as const;

type State =
  | "header"
  | "extension"
  | "sparse block"
  | "sparse map"
  | "content"
  | "padding"
  | "trailer";

/**
 * A parser without look-ahead or buffering: content reaches the visitor as parts of the chunk it came in. Global extended
 * headers are checked and otherwise ignored, as docker does, so that a layer is the same everywhere.
 */
export class TarReader {
  readonly #visitor: TarVisitor;
  #state: State = "header";
  /** The chunk being read, and how far. */
  #chunk: Bytes = new Uint8Array(0);
  #at = 0;
  /** Bytes of all chunks before this one. */
  #before = 0;
  /** A unit that did not lie in one chunk is gathered here. */
  #gathered: Bytes = new Uint8Array(BLOCK_SIZE);
  #gatheredLength = 0;

  #zeroBlocks = 0;
  #entries = 0;
  /** Where the header block of the current entry or extension began. */
  #position = 0;
  /** What the extension headers before an entry say of it. */
  #extensionType = 0;
  #extensionSize = 0;
  #records: PaxRecord[] = [];
  #longName: string | undefined;
  #longLinkName: string | undefined;
  /** The entry whose content is read, or whose sparse map is. */
  #header!: TarHeader;
  /** Bytes of content or padding still to come. */
  #remaining = 0;
  #padding = 0;
  #fragments: SparseFragment[] = [];
  #map: SparseMapReader | undefined;

  constructor(visitor: TarVisitor) {
    this.#visitor = visitor;
  }

  /** Entries so far. */
  get entries(): number {
    return this.#entries;
  }

  /** Bytes so far. */
  get position(): number {
    return this.#before + this.#at;
  }

  /** Reads on. Errors of the visitor pass through; after any error the reader is of no more use. */
  write(chunk: Bytes): void {
    this.#chunk = chunk;
    this.#at = 0;
    while (this.#at < chunk.length) this.#step();
    this.#before += chunk.length;
    this.#at = 0;
  }

  /**
   * Says that no more bytes come. The end marker may be missing, and the padding after the last file, as in Go;
   * anything else that is incomplete is an unexpected EOF.
   */
  end(): void {
    const isComplete = this.#state === "header" && this.#gatheredLength === 0 ||
      this.#state === "padding" || this.#state === "trailer";
    if (!isComplete) throw unexpectedEnd();
  }

  #step(): void {
    switch (this.#state) {
      case "header":
        return this.#readHeader();
      case "extension":
        return this.#readExtension();
      case "sparse block":
        return this.#readSparseBlock();
      case "sparse map":
        return this.#readSparseMap();
      case "content":
        return this.#readContent();
      case "padding":
        return this.#readPadding();
      case "trailer":
        return this.#visitor.raw(this.#advance(this.#chunk.length - this.#at));
    }
  }

  /** The next bytes of the chunk. */
  #advance(length: number): Bytes {
    const start = this.#at;
    this.#at += length;
    return this.#chunk.subarray(start, this.#at);
  }

  /** The next `size` bytes as a whole, passed to raw() as well; undefined if they are not yet all there. */
  #take(size: number): Bytes | undefined {
    if (this.#gatheredLength === 0 && this.#chunk.length - this.#at >= size) {
      const bytes = this.#advance(size);
      this.#visitor.raw(bytes);
      return bytes;
    }
    if (this.#gathered.length < size) this.#gathered = new Uint8Array(size);
    const part = this.#advance(
      Math.min(size - this.#gatheredLength, this.#chunk.length - this.#at),
    );
    this.#visitor.raw(part);
    this.#gathered.set(part, this.#gatheredLength);
    this.#gatheredLength += part.length;
    if (this.#gatheredLength < size) return undefined;
    this.#gatheredLength = 0;
    return this.#gathered.subarray(0, size);
  }

  #readHeader(): void {
    const block = this.#take(BLOCK_SIZE);
    if (block === undefined) return;
    this.#position = this.position - BLOCK_SIZE;
    if (isZeroBlock(block)) {
      if (++this.#zeroBlocks === 2) this.#state = "trailer";
      return;
    }
    if (this.#zeroBlocks > 0) throw invalidHeader("a lone zero block before it", this.#position);
    const header = decodeHeader(block, this.#position), flag = block[TYPE_OFFSET];
    switch (flag) {
      case TYPE.PAX:
      case TYPE.PAX_GLOBAL:
      case TYPE.GNU_LONG_NAME:
      case TYPE.GNU_LONG_LINK:
        return this.#beginExtension(flag, header.size);
      default:
        return this.#beginEntry(header, flag, block);
    }
  }

  #beginExtension(flag: number, size: number): void {
    if (size > MAX_EXTENSION_SIZE) {
      throw invalidHeader(`extended header of ${size} bytes`, this.#position);
    }
    this.#extensionType = flag;
    this.#extensionSize = size;
    if (size > 0) this.#state = "extension";
    else this.#applyExtension(new Uint8Array(0));
  }

  #readExtension(): void {
    const bytes = this.#take(this.#extensionSize + paddingOf(this.#extensionSize));
    if (bytes === undefined) return;
    this.#state = "header";
    this.#applyExtension(bytes.subarray(0, this.#extensionSize));
  }

  #applyExtension(bytes: Bytes): void {
    switch (this.#extensionType) {
      case TYPE.PAX:
        this.#records = parseRecords(bytes, this.#position);
        break;
      case TYPE.PAX_GLOBAL:
        parseRecords(bytes, this.#position);
        break;
      case TYPE.GNU_LONG_NAME:
        this.#longName = upToNul(bytes);
        break;
      case TYPE.GNU_LONG_LINK:
        this.#longLinkName = upToNul(bytes);
    }
  }

  #beginEntry(header: TarHeader, flag: number, block: Bytes): void {
    if (entryTypeOf(flag) === undefined) {
      throw new ArchiveError(`unhandled tar header type ${flag}`);
    }
    if (++this.#entries > MAX_ENTRIES) {
      throw new ArchiveError(`archive has more than ${MAX_ENTRIES} entries`);
    }
    applyRecords(header, this.#records, this.#position);
    const sparse = this.#records.length === 0 || header.type !== "file"
      ? undefined
      : sparseFromRecords(this.#records, this.#position);
    this.#records = [];
    header.name = this.#longName || header.name;
    if (header.type === "link" || header.type === "symlink") {
      header.linkName = this.#longLinkName || header.linkName;
    }
    this.#longName = this.#longLinkName = undefined;
    if (header.name.includes("\0") || header.linkName.includes("\0")) {
      throw invalidHeader("NUL in a name", this.#position);
    }
    if (!isOwner(header.uid) || !isOwner(header.gid)) {
      throw invalidHeader("owner out of range", this.#position);
    }
    // Links, directories and devices have no content, whatever their size says.
    if (header.type !== "file") header.size = 0;
    this.#header = header;
    this.#remaining = header.size;
    this.#padding = paddingOf(header.size);
    if (flag === TYPE.GNU_SPARSE) this.#beginOldSparse(block);
    else if (sparse !== undefined) {
      header.name = sparse.name ?? header.name;
      header.size = sparse.size ?? header.size;
      if (sparse.fragments === undefined) {
        this.#map = new SparseMapReader();
        this.#state = "sparse map";
      } else this.#beginContent(sparse.fragments);
    } else this.#beginContent();
  }

  #beginOldSparse(block: Bytes): void {
    this.#header.size = readNumber(block, OLD_SPARSE.size);
    if (!(this.#header.size >= 0)) throw invalidHeader("malformed sparse size", this.#position);
    const { start, count, isExtended } = OLD_SPARSE;
    this.#fragments = readOldFragments(block, start, count, this.#position);
    if (block[isExtended] !== 0) this.#state = "sparse block";
    else this.#beginContent(this.#fragments);
  }

  #readSparseBlock(): void {
    const block = this.#take(BLOCK_SIZE);
    if (block === undefined) return;
    const { count, isExtended } = OLD_SPARSE_BLOCK;
    this.#fragments.push(...readOldFragments(block, 0, count, this.#position));
    if (this.#fragments.length > MAX_OLD_FRAGMENTS) {
      throw invalidHeader("too many sparse fragments", this.#position);
    }
    if (block[isExtended] === 0) this.#beginContent(this.#fragments);
  }

  #readSparseMap(): void {
    if (this.#remaining < BLOCK_SIZE) throw invalidHeader("malformed sparse map", this.#position);
    const block = this.#take(BLOCK_SIZE);
    if (block === undefined) return;
    this.#remaining -= BLOCK_SIZE;
    const fragments = this.#map!.add(block, this.#position);
    if (fragments !== undefined) this.#beginContent(fragments);
  }

  /** Announces the entry; `#remaining` is what is stored of its content. */
  #beginContent(fragments?: SparseFragment[]): void {
    if (fragments !== undefined) {
      checkFragments(fragments, this.#remaining, this.#header.size, this.#position);
      this.#header.sparse = fragments;
    }
    this.#visitor.begin(this.#header);
    this.#state = "content";
    if (this.#remaining === 0) this.#finishContent();
  }

  #readContent(): void {
    const bytes = this.#advance(Math.min(this.#remaining, this.#chunk.length - this.#at));
    this.#visitor.content(bytes);
    this.#remaining -= bytes.length;
    if (this.#remaining === 0) this.#finishContent();
  }

  #finishContent(): void {
    this.#visitor.finish();
    this.#remaining = this.#padding;
    this.#state = this.#padding > 0 ? "padding" : "header";
  }

  #readPadding(): void {
    const bytes = this.#advance(Math.min(this.#remaining, this.#chunk.length - this.#at));
    this.#visitor.raw(bytes);
    this.#remaining -= bytes.length;
    if (this.#remaining === 0) this.#state = "header";
  }
}

function upToNul(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return decodeName(end < 0 ? bytes : bytes.subarray(0, end));
}

/** chown(2) takes 2^32 - 1 for "leave it". */
function isOwner(id: number): boolean {
  return id >= 0 && id < 0xffffffff;
}

/**
 * Sparse files: GNU tar stores only the parts of a file that are no holes, and says in one of four ways where they belong
 * (GNU tar manual, "Storing Sparse Files").
 */

import { decodeName } from "../../../ffi/cstring.ts";
import { readNumber } from "./block.ts";
import { invalidHeader } from "./error.ts";
import { parseDecimal, type PaxRecord } from "./pax.ts";

/** Content that is stored: where it belongs in the file, and how long it is, in bytes. */
export interface SparseFragment {
  readonly offset: number;
  readonly length: number;
}

/** What extended headers say of a sparse file. */
export interface PaxSparse {
  readonly name?: string;
  readonly size?: number;
  /** Undefined in version 1.0, where the map precedes the content. */
  readonly fragments?: SparseFragment[];
}

/** Reads the records of the PAX formats 0.0, 0.1 and 1.0; undefined if the file is not sparse. */
export function sparseFromRecords(
  records: readonly PaxRecord[],
  position: number,
): PaxSparse | undefined {
  const repeated: string[] = [];
  let major = "", minor = "", map: string | undefined, name: string | undefined;
  let size: number | undefined;
  for (const { key, value } of records) {
    if (!key.startsWith("GNU.sparse.") || value.length === 0) continue;
    if (key === "GNU.sparse.major") major = decodeName(value);
    else if (key === "GNU.sparse.minor") minor = decodeName(value);
    else if (key === "GNU.sparse.name") name = decodeName(value);
    else if (key === "GNU.sparse.size" || key === "GNU.sparse.realsize") {
      size = parseDecimal(decodeName(value));
      if (Number.isNaN(size)) throw invalidHeader(`malformed ${key}`, position);
    } else if (key === "GNU.sparse.map") map = decodeName(value);
    else if (key === "GNU.sparse.offset" || key === "GNU.sparse.numbytes") {
      repeated.push(decodeName(value));
    }
  }
  if (major === "1" && minor === "0") return { name, size };
  if (map === undefined && repeated.length === 0 && major === "") return undefined;
  if (major !== "" && major !== "0") {
    throw invalidHeader(
      `unknown sparse format ${JSON.stringify(`${major}.${minor}`)}`,
      position,
    );
  }
  // Format 0.0 repeats two records for each fragment; 0.1 has one with all of them.
  const numbers = map?.split(",") ?? repeated;
  return { name, size, fragments: pairs(numbers, position) };
}

const OLD_ENTRY_SIZE = 24;

/** Fragments of the old GNU format, four in the header and 21 in each block after it; an empty one ends the list. */
export function readOldFragments(
  block: Uint8Array,
  start: number,
  count: number,
  position: number,
): SparseFragment[] {
  const fragments: SparseFragment[] = [];
  for (let at = start; at < start + count * OLD_ENTRY_SIZE; at += OLD_ENTRY_SIZE) {
    if (block[at] === 0) break;
    const offset = readNumber(block, [at, 12]), length = readNumber(block, [at + 12, 12]);
    if (!Number.isSafeInteger(offset + length)) {
      throw invalidHeader("malformed sparse map", position);
    }
    fragments.push({ offset, length });
  }
  return fragments;
}

/** Refuses larger maps: GNU tar's own would describe a file of some 80,000 pieces. */
const MAX_MAP_SIZE = 1 << 20;

/** The map of PAX format 1.0: decimal numbers, one a line, first how many fragments there are; padded to whole blocks. */
export class SparseMapReader {
  #text = "";
  #newlines = 0;

  /** Takes the next block of the map; the fragments, once all are there. */
  add(block: Uint8Array, position: number): SparseFragment[] | undefined {
    const text = decodeName(block);
    this.#text += text;
    for (const byte of block) if (byte === 0x0a) this.#newlines++;
    const first = /^([0-9]{1,7})\n/.exec(this.#text);
    if (first === null || this.#text.length > MAX_MAP_SIZE) {
      throw invalidHeader("malformed sparse map", position);
    }
    const count = Number(first[1]) * 2;
    if (this.#newlines <= count) return undefined;
    return pairs(this.#text.split("\n", count + 1).slice(1), position);
  }
}

/** Fragments from numbers that are offsets and lengths in turn. */
function pairs(texts: readonly string[], position: number): SparseFragment[] {
  const fragments: SparseFragment[] = [];
  if (texts.length % 2 !== 0) throw invalidHeader("malformed sparse map", position);
  for (let at = 0; at < texts.length; at += 2) {
    const offset = parseDecimal(texts[at]), length = parseDecimal(texts[at + 1]);
    if (!Number.isSafeInteger(offset + length)) {
      throw invalidHeader("malformed sparse map", position);
    }
    fragments.push({ offset, length });
  }
  return fragments;
}

/** Refuses a map that is not in order, or that does not describe `stored` bytes within a file of `size` bytes. */
export function checkFragments(
  fragments: readonly SparseFragment[],
  stored: number,
  size: number,
  position: number,
): void {
  let end = 0, total = 0;
  for (const { offset, length } of fragments) {
    if (offset < end || length < 0 || offset + length > size) {
      throw invalidHeader("malformed sparse map", position);
    }
    end = offset + length;
    total += length;
  }
  if (total !== stored) throw invalidHeader("malformed sparse map", position);
}

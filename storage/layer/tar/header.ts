/** What an archive says of one file, and how a header block says it. */

import type { Time } from "../../../ffi/file.ts";
import {
  checksumMatches,
  FIELD,
  MAGIC_OFFSET,
  readNumber,
  readText,
  TYPE_OFFSET,
} from "./block.ts";
import { invalidHeader } from "./error.ts";
import type { SparseFragment } from "./sparse.ts";

export type EntryType =
  | "file"
  | "link"
  | "symlink"
  | "character"
  | "block"
  | "directory"
  | "fifo";

/** One entry of an archive. */
export interface TarHeader {
  /** As it stands in the archive: a directory's ends with a slash, and nothing is cleaned. */
  name: string;
  /** What a link or a symbolic link points to; empty otherwise. */
  linkName: string;
  type: EntryType;
  /** Permission bits. Type bits may be there as well, as docker writes them; they mean nothing. */
  mode: number;
  uid: number;
  gid: number;
  /** Bytes of content; 0 for everything but files. */
  size: number;
  modified: Time;
  accessed?: Time;
  deviceMajor: number;
  deviceMinor: number;
  /** Extended attributes by name. */
  attributes?: Map<string, Uint8Array<ArrayBuffer>>;
  /** For a sparse file: where the content that follows belongs. The rest of `size` is holes. */
  sparse?: readonly SparseFragment[];
}

/** typeflag values, of entries and of the headers that only describe the next entry */
export const TYPE = {
  OLD_FILE: 0,
  FILE: code("0"),
  LINK: code("1"),
  SYMLINK: code("2"),
  CHARACTER: code("3"),
  BLOCK: code("4"),
  DIRECTORY: code("5"),
  FIFO: code("6"),
  CONTIGUOUS: code("7"),
  PAX: code("x"),
  PAX_GLOBAL: code("g"),
  GNU_LONG_NAME: code("L"),
  GNU_LONG_LINK: code("K"),
  GNU_SPARSE: code("S"),
} as const;

function code(character: string): number {
  return character.charCodeAt(0);
}

const entryTypes: Record<number, EntryType> = {
  [TYPE.OLD_FILE]: "file",
  [TYPE.FILE]: "file",
  [TYPE.LINK]: "link",
  [TYPE.SYMLINK]: "symlink",
  [TYPE.CHARACTER]: "character",
  [TYPE.BLOCK]: "block",
  [TYPE.DIRECTORY]: "directory",
  [TYPE.FIFO]: "fifo",
  [TYPE.CONTIGUOUS]: "file", // POSIX: to be read as a regular file
  [TYPE.GNU_SPARSE]: "file",
};

/** The kind of entry that a typeflag stands for, or undefined if box knows none. */
export function entryTypeOf(flag: number): EntryType | undefined {
  return entryTypes[flag];
}

/**
 * Decodes one header block: V7, ustar, GNU or star. The size is that of what follows in the archive, whatever the type.
 * `position` is only for the error.
 */
export function decodeHeader(block: Uint8Array, position: number): TarHeader {
  if (!checksumMatches(block)) throw invalidHeader("wrong checksum", position);
  const number = (field: keyof typeof FIELD): number => {
    const value = readNumber(block, FIELD[field]);
    if (Number.isNaN(value)) throw invalidHeader(`malformed ${field}`, position);
    return value;
  };
  const flag = block[TYPE_OFFSET], type = entryTypeOf(flag) ?? "file";
  const isDevice = type === "character" || type === "block";
  const header: TarHeader = {
    name: readText(block, FIELD.name),
    linkName: type === "link" || type === "symlink" ? readText(block, FIELD.linkName) : "",
    type,
    mode: number("mode") & 0o7777,
    uid: number("uid"),
    gid: number("gid"),
    size: number("size"),
    modified: { seconds: number("modified"), nanoseconds: 0 },
    deviceMajor: isDevice ? number("deviceMajor") : 0,
    deviceMinor: isDevice ? number("deviceMinor") : 0,
  };
  if (header.size < 0) throw invalidHeader("negative size", position);
  const prefix = readPrefix(block);
  if (prefix !== "") header.name = `${prefix}/${header.name}`;
  // Before ustar there was no flag for directories.
  if (flag === TYPE.OLD_FILE && header.name.endsWith("/")) header.type = "directory";
  if (isGnu(block) && block[FIELD.gnuAccessed[0]] !== 0) {
    const seconds = readNumber(block, FIELD.gnuAccessed);
    if (!Number.isNaN(seconds)) header.accessed = { seconds, nanoseconds: 0 };
  }
  return header;
}

function hasText(block: Uint8Array, at: number, text: string): boolean {
  for (let index = 0; index < text.length; index++) {
    if (block[at + index] !== text.charCodeAt(index)) return false;
  }
  return true;
}

function isGnu(block: Uint8Array): boolean {
  return hasText(block, MAGIC_OFFSET, "ustar  \0");
}

function readPrefix(block: Uint8Array): string {
  if (block[FIELD.prefix[0]] === 0 || !hasText(block, MAGIC_OFFSET, "ustar\0")) return "";
  return readText(block, hasText(block, 508, "tar\0") ? FIELD.starPrefix : FIELD.prefix);
}

/**
 * Writes headers as docker's archiver does (Go's archive/tar with FormatPAX): ustar, with an extended header before it
 * only for what ustar cannot hold.
 */

import { encodeName } from "../../../ffi/cstring.ts";
import { concatenate } from "../bytes.ts";
import {
  BLOCK_SIZE,
  checksum,
  FIELD,
  MAGIC_OFFSET,
  paddingOf,
  TYPE_OFFSET,
  writeOctal,
} from "./block.ts";
import { type EntryType, type TarHeader, TYPE } from "./header.ts";
import { ATTRIBUTE_PREFIX, encodeRecord, formatTime } from "./pax.ts";
import { MAX_EXTENSION_SIZE } from "./reader.ts";
import { ArchiveError } from "../archive_error.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** What ends an archive: two zero blocks. */
export const END_OF_ARCHIVE_SIZE = 2 * BLOCK_SIZE;

const flags: Record<EntryType, number> = {
  file: TYPE.FILE,
  link: TYPE.LINK,
  symlink: TYPE.SYMLINK,
  character: TYPE.CHARACTER,
  block: TYPE.BLOCK,
  directory: TYPE.DIRECTORY,
  fifo: TYPE.FIFO,
};

/**
 * The header blocks of an entry, to be followed by its content and padding. The mode is written as it is. User names are
 * left out, since only the reader's host knows them, except that 0 is root, as docker writes it.
 */
export function encodeHeader(header: TarHeader): Bytes {
  const block = new Uint8Array(BLOCK_SIZE), records = new Map<string, string | Uint8Array>();
  const name = encodeName(header.name), linkName = encodeName(header.linkName);
  const split = splitName(name);

  if ((name.length > FIELD.name[1] && split === undefined) || !isAscii(name)) {
    records.set("path", header.name);
  }
  if (linkName.length > FIELD.linkName[1] || !isAscii(linkName)) {
    records.set("linkpath", header.linkName);
  }
  writeOctal(block, FIELD.mode, header.mode);
  writeOctal(block, FIELD.deviceMajor, header.deviceMajor);
  writeOctal(block, FIELD.deviceMinor, header.deviceMinor);
  if (!writeOctal(block, FIELD.uid, header.uid)) records.set("uid", `${header.uid}`);
  if (!writeOctal(block, FIELD.gid, header.gid)) records.set("gid", `${header.gid}`);
  if (!writeOctal(block, FIELD.size, header.size)) records.set("size", `${header.size}`);
  if (
    !writeOctal(block, FIELD.modified, header.modified.seconds) ||
    header.modified.nanoseconds !== 0
  ) {
    records.set("mtime", formatTime(header.modified));
  }
  for (const [key, value] of header.attributes ?? []) records.set(ATTRIBUTE_PREFIX + key, value);
  if (header.uid === 0) writeText(block, FIELD.userName, encodeName("root"));
  if (header.gid === 0) writeText(block, FIELD.groupName, encodeName("root"));

  // With an extended header the name is there in full, or short enough anyway.
  if (records.size === 0 && split !== undefined) {
    writeText(block, FIELD.prefix, name.subarray(0, split));
    writeText(block, FIELD.name, name.subarray(split + 1));
  } else {
    if (records.size > 0 && name.length > FIELD.name[1]) records.set("path", header.name);
    writeText(block, FIELD.name, asciiOf(name));
  }
  writeText(block, FIELD.linkName, asciiOf(linkName));
  seal(block, flags[header.type]);
  return records.size === 0 ? block : concatenate([encodeExtension(header.name, records), block]);
}

/** Where ustar may cut a name that is too long for one field: the offset of a slash that is dropped. */
function splitName(name: Bytes): number | undefined {
  const [, limit] = FIELD.name, [, prefixLimit] = FIELD.prefix;
  if (name.length <= limit || !isAscii(name)) return undefined;
  let end = name.length;
  if (end > prefixLimit + 1) end = prefixLimit + 1;
  else if (name[end - 1] === 0x2f) end--;
  const slash = name.lastIndexOf(0x2f, end - 1), rest = name.length - slash - 1;
  return slash <= 0 || rest > limit || rest === 0 ? undefined : slash;
}

/** The extended header: a file of its own, whose name matters only to programs that do not know what it is. */
function encodeExtension(name: string, records: Map<string, string | Uint8Array>): Bytes {
  const content = concatenate(
    [...records.keys()].sort().map((key) => encodeRecord(key, records.get(key)!)),
  );
  if (content.length > MAX_EXTENSION_SIZE) {
    throw new ArchiveError(`archive/tar: header field too long: ${name}`);
  }
  const slash = name.lastIndexOf("/") + 1;
  const block = new Uint8Array(BLOCK_SIZE);
  const label = asciiOf(encodeName(`${name.slice(0, slash)}PaxHeaders.0/${name.slice(slash)}`))
    .subarray(0, FIELD.name[1]);
  writeText(block, FIELD.name, trimSlashes(label));
  writeOctal(block, FIELD.mode, 0);
  writeOctal(block, FIELD.uid, 0);
  writeOctal(block, FIELD.gid, 0);
  writeOctal(block, FIELD.size, content.length);
  writeOctal(block, FIELD.modified, 0);
  seal(block, TYPE.PAX);
  return concatenate([block, content, new Uint8Array(paddingOf(content.length))]);
}

/** Adds type, magic and, last, the checksum: six octal digits, a NUL and a space. */
function seal(block: Bytes, flag: number): void {
  block[TYPE_OFFSET] = flag;
  block.set(encodeName("ustar\x0000"), MAGIC_OFFSET);
  const [start] = FIELD.checksum;
  writeOctal(block, [start, 7], checksum(block));
  block[start + 7] = 0x20;
}

function writeText(block: Bytes, [start, length]: readonly [number, number], text: Bytes): void {
  block.set(text.subarray(0, length), start);
  // A cut name that ends with a slash would make old readers take the file for a directory.
  if (text.length > length && text[length - 1] === 0x2f) {
    block.fill(0, start + trimSlashes(text.subarray(0, length)).length, start + length);
  }
}

function trimSlashes(text: Bytes): Bytes {
  let end = text.length;
  while (end > 0 && text[end - 1] === 0x2f) end--;
  return text.subarray(0, end);
}

function isAscii(text: Bytes): boolean {
  return text.every((byte) => byte < 0x80);
}

function asciiOf(text: Bytes): Bytes {
  return isAscii(text) ? text : text.filter((byte) => byte < 0x80);
}

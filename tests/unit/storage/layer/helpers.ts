/** What the tests of the layer codec share: archives made by hand, and scratch directories. */

import { AT, O } from "../../../../ffi/constants.ts";
import { encodeName } from "../../../../ffi/cstring.ts";
import { close, openAt } from "../../../../ffi/file.ts";
import { concatenate } from "../../../../storage/layer/bytes.ts";
import { type ExtractOptions, LayerExtractor } from "../../../../storage/layer/extract.ts";
import type { ByteSource } from "../../../../storage/layer/source.ts";
import type { TarHeader } from "../../../../storage/layer/tar/header.ts";
import { TarReader } from "../../../../storage/layer/tar/reader.ts";

export type Bytes = Uint8Array<ArrayBuffer>;

/** Fields of a header as text, so that malformed ones can be written, too. */
export interface RawHeader {
  name?: string;
  mode?: string;
  uid?: string;
  gid?: string;
  size?: string;
  modified?: string;
  type?: string;
  linkName?: string;
  magic?: string;
  deviceMajor?: string;
  deviceMinor?: string;
  prefix?: string;
  checksum?: string;
}

/** A header block, written here from scratch and not with the encoder that is tested. */
export function rawHeader(fields: RawHeader): Bytes {
  const block = new Uint8Array(512);
  const put = (at: number, text: string) => block.set(encodeName(text), at);
  put(0, fields.name ?? "");
  put(100, fields.mode ?? "0000644\0");
  put(108, fields.uid ?? "0000000\0");
  put(116, fields.gid ?? "0000000\0");
  put(124, fields.size ?? "00000000000\0");
  put(136, fields.modified ?? "00000000000\0");
  put(156, fields.type ?? "0");
  put(157, fields.linkName ?? "");
  put(257, fields.magic ?? "ustar\x0000");
  put(329, fields.deviceMajor ?? "");
  put(337, fields.deviceMinor ?? "");
  put(345, fields.prefix ?? "");
  return seal(block, fields.checksum);
}

/** Writes the checksum of a block that was changed. */
export function seal(block: Bytes, checksum?: string): Bytes {
  block.fill(0x20, 148, 156);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.set(encodeName(checksum ?? `${sum.toString(8).padStart(6, "0")}\0 `), 148);
  return block;
}

export const octal = (value: number): string => value.toString(8).padStart(11, "0") + "\0";

const bytesOf = (content: string | Bytes): Bytes =>
  typeof content === "string" ? encodeName(content) : content;

function padded(content: Bytes): Bytes {
  return concatenate([content, new Uint8Array(-content.length & 511)]);
}

/** An entry with content. */
export function entry(fields: RawHeader, content: string | Bytes = ""): Bytes {
  const bytes = bytesOf(content);
  return concatenate([rawHeader({ size: octal(bytes.length), ...fields }), padded(bytes)]);
}

export const file = (name: string, content: string | Bytes = ""): Bytes => entry({ name }, content);
export const directory = (name: string, mode = "0000755\0"): Bytes =>
  entry({ name: `${name}/`, type: "5", mode });
export const symlink = (name: string, linkName: string): Bytes =>
  entry({ name, linkName, type: "2", mode: "0000777\0" });
export const link = (name: string, linkName: string): Bytes => entry({ name, linkName, type: "1" });

/** An extended header with these records. */
export function pax(records: Record<string, string | Bytes>, type = "x"): Bytes {
  const parts = Object.entries(records).map(([key, value]) => {
    const rest = concatenate([bytesOf(` ${key}=`), bytesOf(value), bytesOf("\n")]);
    let length = rest.length + 1;
    while (`${length}`.length + rest.length !== length) length++;
    return concatenate([bytesOf(`${length}`), rest]);
  });
  return entry({ name: "PaxHeaders/x", type }, concatenate(parts));
}

/** A whole archive, with its end marker. */
export function archive(...parts: Bytes[]): Bytes {
  return concatenate([...parts, new Uint8Array(1024)]);
}

/** The bytes in chunks of this size, which are overwritten when the next is asked for: the worst a source may do. */
export async function* sourceOf(bytes: Bytes, chunkSize = bytes.length || 1): ByteSource {
  const chunk = new Uint8Array(chunkSize);
  for (let at = 0; at < bytes.length; at += chunkSize) {
    const part = bytes.subarray(at, at + chunkSize);
    chunk.fill(0xee);
    chunk.set(part);
    yield chunk.subarray(0, part.length);
  }
}

export async function collect(source: ByteSource): Promise<Bytes> {
  const parts: Bytes[] = [];
  for await (const chunk of source) parts.push(chunk.slice());
  return concatenate(parts);
}

/** What a reader found: the headers, the content of each, and everything else. */
export interface Found {
  headers: TarHeader[];
  contents: Bytes[];
  raw: Bytes;
}

export function readArchive(bytes: Bytes, chunkSize = bytes.length || 1): Found {
  const headers: TarHeader[] = [], contents: Bytes[][] = [], raw: Bytes[] = [];
  const reader = new TarReader({
    raw: (part) => void raw.push(part.slice()),
    begin(header) {
      headers.push(header);
      contents.push([]);
    },
    content: (part) => void contents.at(-1)!.push(part.slice()),
    finish() {},
  });
  for (let at = 0; at < bytes.length; at += chunkSize) {
    reader.write(bytes.slice(at, at + chunkSize));
  }
  reader.end();
  return { headers, contents: contents.map(concatenate), raw: concatenate(raw) };
}

/**
 * A directory that is open as `fd`, `root` in `outside`. That lies far below what is removed afterwards, so that what climbs
 * when the code is wrong does not get to the host.
 */
export async function withScratch(
  test: (root: string, fd: number, outside: string) => void | Promise<void>,
): Promise<void> {
  const scratch = Deno.makeTempDirSync({ prefix: "box-layer-" });
  const outside = scratch + "/d".repeat(20), root = `${outside}/root`;
  Deno.mkdirSync(root, { recursive: true });
  const fd = openAt(AT.FDCWD, root, O.RDONLY | O.DIRECTORY);
  try {
    await test(root, fd, outside);
  } finally {
    close(fd);
    Deno.removeSync(scratch, { recursive: true });
  }
}

/** Unpacks an archive, which may throw. Returns docker's layer size. */
export function extract(bytes: Bytes, fd: number, options: Partial<ExtractOptions> = {}): number {
  const extractor = new LayerExtractor(fd, { form: "overlay", conflicts: "replace", ...options });
  try {
    const reader = new TarReader({
      raw() {},
      begin: (header) => void extractor.begin(header),
      content: (part) => extractor.content(part),
      finish: () => extractor.finish(),
    });
    reader.write(bytes);
    reader.end();
    extractor.complete();
    return extractor.size;
  } finally {
    extractor.close();
  }
}

/** Names below a directory, sorted, with the targets of symbolic links. Nothing is followed. */
export function listTree(path: string, prefix = ""): string[] {
  const names: string[] = [];
  for (const { name, isDirectory, isSymlink } of Deno.readDirSync(path)) {
    const inner = `${path}/${name}`, shown = prefix + name;
    if (isSymlink) names.push(`${shown} -> ${Deno.readLinkSync(inner)}`);
    else if (isDirectory) names.push(`${shown}/`, ...listTree(inner, `${shown}/`));
    else names.push(shown);
  }
  return names.sort();
}

/** Finds out how an archive is compressed, and undoes it. */

import { concatenate } from "../bytes.ts";
import type { ByteSource } from "../source.ts";

const formats = {
  gzip: [0x1f, 0x8b],
  zstd: [0x28, 0xb5, 0x2f, 0xfd],
  xz: [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00],
  bzip2: [0x42, 0x5a, 0x68],
} as const;

export type Compression = keyof typeof formats | "none";

const MAGIC_SIZE = 6;

/** How these bytes, the first of a file, say that it is compressed. */
export function detectCompression(head: Uint8Array): Compression {
  for (const [format, magic] of Object.entries(formats)) {
    if (magic.every((byte, index) => head[index] === byte)) return format as Compression;
  }
  // A zstd file may begin with a frame that is to be skipped (zstd:chunked and pzstd write such frames).
  const isSkippable = head.length >= 4 && (head[0] & 0xf0) === 0x50 && head[1] === 0x2a &&
    head[2] === 0x4d && head[3] === 0x18;
  return isSkippable ? "zstd" : "none";
}

/** The bytes uncompressed, whether or not they were compressed. What is corrupt throws ArchiveError. */
export async function* decompress(source: ByteSource): ByteSource {
  const { head, whole } = await peek(source);
  switch (detectCompression(head)) {
    case "gzip":
      return yield* (await import("./gzip.ts")).gunzip(whole);
    case "zstd":
      return yield* (await import("./zstd.ts")).unzstd(whole);
    case "xz":
      return yield* (await import("./xz.ts")).unxz(whole);
    case "bzip2":
      return yield* (await import("./bzip2.ts")).bunzip2(whole);
    case "none":
      yield* whole;
  }
}

/** The first bytes of a source, and a source that begins with them. */
async function peek(source: ByteSource): Promise<{ head: Uint8Array; whole: ByteSource }> {
  const iterator = source[Symbol.asyncIterator]();
  let head = new Uint8Array(0);
  while (head.length < MAGIC_SIZE) {
    const next = await iterator.next();
    if (next.done) break;
    head = head.length === 0 ? next.value : concatenate([head, next.value]);
    if (head.length < MAGIC_SIZE) head = head.slice();
  }
  return { head, whole: resume(head, iterator) };
}

async function* resume(
  head: Uint8Array<ArrayBuffer>,
  iterator: AsyncIterator<Uint8Array<ArrayBuffer>>,
): ByteSource {
  try {
    if (head.length > 0) yield head;
    for (let next = await iterator.next(); !next.done; next = await iterator.next()) {
      yield next.value;
    }
  } finally {
    await iterator.return?.();
  }
}

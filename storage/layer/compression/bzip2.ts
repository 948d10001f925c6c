/**
 * Decompresses bzip2. The npm packages that do it hold the whole file, or all that a block of input expands to; this one
 * holds a block. The format has no specification but its author's program; what is known of it is written down at
 * https://github.com/dsnet/compress/blob/master/doc/bzip2-format.pdf.
 */

import { ArchiveError } from "../archive_error.ts";
import type { ByteSource } from "../source.ts";
import { BitReader } from "./bits.ts";
import { Block } from "./bzip2_block.ts";

const OUTPUT_SIZE = 1 << 18;

/** More than the largest block can have: 900,000 symbols of 20 bits, and its tables. */
const MAX_BLOCK_SIZE = 2_500_000;

const BLOCK_MAGIC = [0x314159, 0x265359];
const END_MAGIC = [0x177245, 0x385090];

/** The uncompressed bytes of one or more bzip2 streams, one after the other. */
export async function* bunzip2(source: ByteSource): ByteSource {
  const bits = new BitReader(source), output = new Uint8Array(OUTPUT_SIZE);
  try {
    for (let isFirst = true; await bits.fetch(MAX_BLOCK_SIZE) || isFirst; isFirst = false) {
      const level = readStreamHeader(bits), block = new Block(level * 100_000);
      let checksum = 0;
      for (;;) {
        await bits.fetch(MAX_BLOCK_SIZE);
        const magic = [bits.read(24), bits.read(24)], stored = readWord(bits);
        if (same(magic, END_MAGIC)) {
          if (stored !== checksum) throw corrupt("wrong checksum of the file");
          break;
        }
        if (!same(magic, BLOCK_MAGIC)) throw corrupt("no block where one should be");
        block.read(bits);
        for (let length: number; (length = block.expand(output)) > 0;) {
          yield output.subarray(0, length);
        }
        if (block.checksum !== stored) throw corrupt("wrong checksum of a block");
        checksum = ((checksum << 1) | (checksum >>> 31)) ^ stored;
      }
      bits.align();
    }
  } finally {
    await bits.close();
  }
}

function corrupt(reason: string): ArchiveError {
  return new ArchiveError(`bzip2: corrupt data: ${reason}`);
}

function same(magic: number[], expected: number[]): boolean {
  return magic[0] === expected[0] && magic[1] === expected[1];
}

/** A signed 32-bit number. */
function readWord(bits: BitReader): number {
  return (bits.read(16) << 16) | bits.read(16);
}

/** `BZh1` to `BZh9`; the digit is returned. */
function readStreamHeader(bits: BitReader): number {
  const magic = bits.read(24), level = bits.read(8) - 0x30;
  if (magic !== 0x425a68 || level < 1 || level > 9) throw corrupt("no header");
  return level;
}

/** One block of a bzip2 stream: Huffman codes, of runs and move-to-front positions, of a Burrows-Wheeler transform. */

import { ArchiveError } from "../archive_error.ts";
import type { BitReader } from "./bits.ts";

const MAX_CODE_LENGTH = 20;
const MAX_SYMBOLS = 258;
/** Symbols that are coded with the same table, until the next selector says which one is next. */
const GROUP_SIZE = 50;
const MAX_SELECTORS = 18002;

function corrupt(): ArchiveError {
  return new ArchiveError("bzip2: corrupt data: malformed block");
}

/** A canonical Huffman code: shorter codes first, equally long ones in the order of their symbols. */
interface Code {
  /** For each length: the first code that is longer, with zeros after it up to MAX_CODE_LENGTH bits. */
  readonly limits: Int32Array;
  /** For each length: what to add to a code to get its place in `symbols`. */
  readonly offsets: Int32Array;
  readonly symbols: Uint16Array;
  readonly minimum: number;
}

export class Block {
  /** The transformed bytes, later with the index of the next byte of the text in the upper 24 bits. */
  readonly #table: Uint32Array;
  #length = 0;

  /** Where expand() is: the next table entry, bytes left, and the run it is in. */
  #next = 0;
  #remaining = 0;
  #last = -1;
  #runLength = 0;
  #pending = 0;
  #crc = -1;

  /** `size` is the most bytes that blocks of this stream can have. */
  constructor(size: number) {
    this.#table = new Uint32Array(size);
  }

  /** CRC-32 of what expand() gave, most significant bit first. */
  get checksum(): number {
    return ~this.#crc;
  }

  /** Reads the block; its magic and checksum have been read. */
  read(bits: BitReader): void {
    if (bits.read(1) === 1) {
      throw new ArchiveError("bzip2: files of version 0.9.0 and older are not supported");
    }
    const origin = bits.read(24);
    const used = readUsedBytes(bits);
    const codeCount = bits.read(3), selectorCount = bits.read(15);
    if (codeCount < 2 || codeCount > 6 || selectorCount === 0) throw corrupt();
    const selectors = readSelectors(bits, codeCount, selectorCount);
    const codes = Array.from({ length: codeCount }, () => readCode(bits, used.length + 2));
    this.#readSymbols(bits, used, codes, selectors);
    if (origin >= this.#length) throw corrupt();
    this.#invert(origin);
  }

  /** Undoes the move-to-front coding and the runs of zeros in it. */
  #readSymbols(bits: BitReader, front: Uint8Array, codes: Code[], selectors: Uint8Array): void {
    const table = this.#table, end = front.length + 1;
    let length = 0, run = 0, runBit = 1, group = 0, left = 0, code = codes[0];
    for (;;) {
      if (left-- === 0) {
        if (group === selectors.length) throw corrupt();
        code = codes[selectors[group++]];
        left = GROUP_SIZE - 1;
      }
      const symbol = readSymbol(bits, code);
      if (symbol <= 1) { // digits 1 and 2 of a number in a system without zero
        run += runBit << symbol;
        runBit *= 2;
        if (run > table.length) throw corrupt();
        continue;
      }
      if (run > 0) {
        if (length + run > table.length) throw corrupt();
        table.fill(front[0], length, length + run);
        length += run;
        run = 0;
        runBit = 1;
      }
      if (symbol === end) break;
      if (length === table.length) throw corrupt();
      const byte = front[symbol - 1];
      front.copyWithin(1, 0, symbol - 1);
      front[0] = byte;
      table[length++] = byte;
    }
    this.#length = length;
  }

  /** Links each byte to the one that follows it in the text: the inverse of the Burrows-Wheeler transform. */
  #invert(origin: number): void {
    const table = this.#table, length = this.#length, starts = new Uint32Array(257);
    for (let at = 0; at < length; at++) starts[(table[at] & 0xff) + 1]++;
    for (let byte = 0; byte < 256; byte++) starts[byte + 1] += starts[byte];
    for (let at = 0; at < length; at++) table[starts[table[at] & 0xff]++] |= at << 8;
    this.#next = table[origin] >>> 8;
    this.#remaining = length;
    this.#last = -1;
    this.#runLength = this.#pending = 0;
    this.#crc = -1;
  }

  /** Writes the next bytes of the text and says how many; 0 at the end. Four equal bytes are followed by how many more come. */
  expand(output: Uint8Array): number {
    const table = this.#table;
    let at = 0, next = this.#next, crc = this.#crc;
    while (at < output.length) {
      if (this.#pending > 0) {
        this.#pending--;
      } else if (this.#remaining === 0) {
        break;
      } else {
        const entry = table[next], byte = entry & 0xff;
        next = entry >>> 8;
        this.#remaining--;
        if (this.#runLength === 4) {
          this.#runLength = 0;
          this.#pending = byte;
          continue;
        }
        this.#runLength = byte === this.#last ? this.#runLength + 1 : 1;
        this.#last = byte;
      }
      output[at++] = this.#last;
      crc = (crc << 8) ^ crcTable[(crc >>> 24) ^ this.#last];
    }
    this.#next = next;
    this.#crc = crc;
    return at;
  }
}

/** The bytes that occur in the block, in order: a bit for each sixteen, then sixteen for each of those. */
function readUsedBytes(bits: BitReader): Uint8Array {
  const ranges = bits.read(16), used: number[] = [];
  for (let range = 0; range < 16; range++) {
    if ((ranges & (0x8000 >> range)) === 0) continue;
    const members = bits.read(16);
    for (let member = 0; member < 16; member++) {
      if (members & (0x8000 >> member)) used.push(range * 16 + member);
    }
  }
  if (used.length === 0) throw corrupt();
  return Uint8Array.from(used);
}

/** Which code each group uses: move-to-front positions in unary. More than can be of use are read and dropped. */
function readSelectors(bits: BitReader, codeCount: number, count: number): Uint8Array {
  const front = Uint8Array.from({ length: codeCount }, (_, index) => index);
  const selectors = new Uint8Array(Math.min(count, MAX_SELECTORS));
  for (let index = 0; index < count; index++) {
    let position = 0;
    while (bits.read(1) === 1) {
      if (++position >= codeCount) throw corrupt();
    }
    const selector = front[position];
    front.copyWithin(1, 0, position);
    front[0] = selector;
    selectors[index] = selector;
  }
  return selectors;
}

/** A code is given by the length of each symbol's, as differences to the one before. */
function readCode(bits: BitReader, symbolCount: number): Code {
  const lengths = new Uint8Array(symbolCount), counts = new Uint16Array(MAX_CODE_LENGTH + 2);
  let length = bits.read(5);
  for (let symbol = 0; symbol < symbolCount; symbol++) {
    for (;;) {
      if (length < 1 || length > MAX_CODE_LENGTH) throw corrupt();
      if (bits.read(1) === 0) break;
      length += bits.read(1) === 1 ? -1 : 1;
    }
    lengths[symbol] = length;
    counts[length]++;
  }
  const symbols = new Uint16Array(MAX_SYMBOLS);
  const limits = new Int32Array(MAX_CODE_LENGTH + 2), offsets = new Int32Array(MAX_CODE_LENGTH + 2);
  let place = 0, code = 0, minimum = 0;
  for (let bitCount = 1; bitCount <= MAX_CODE_LENGTH; bitCount++) {
    offsets[bitCount] = place - code;
    for (let symbol = 0; symbol < symbolCount; symbol++) {
      if (lengths[symbol] === bitCount) symbols[place++] = symbol;
    }
    if (minimum === 0 && counts[bitCount] > 0) minimum = bitCount;
    code += counts[bitCount];
    if (code > 1 << bitCount) throw corrupt();
    limits[bitCount] = code << (MAX_CODE_LENGTH - bitCount);
    code *= 2;
  }
  return { limits, offsets, symbols, minimum };
}

function readSymbol(bits: BitReader, { limits, offsets, symbols, minimum }: Code): number {
  const window = bits.peek(MAX_CODE_LENGTH);
  let length = minimum;
  while (window >= limits[length]) {
    if (++length > MAX_CODE_LENGTH) throw corrupt();
  }
  bits.skip(length);
  return symbols[offsets[length] + (window >>> (MAX_CODE_LENGTH - length))];
}

/** CRC-32 with polynomial 0x04C11DB7, most significant bit first. */
const crcTable = Int32Array.from({ length: 256 }, (_, byte) => {
  let value = byte << 24;
  for (let bit = 0; bit < 8; bit++) value = value < 0 ? (value << 1) ^ 0x04c11db7 : value << 1;
  return value;
});

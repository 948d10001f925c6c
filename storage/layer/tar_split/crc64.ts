/**
 * CRC-64/GO-ISO, the checksum that tar-split keeps of each file's content: polynomial x^64 + x^4 + x^3 + x + 1 with the
 * bits of every byte reversed (0xD800000000000000), all ones at the start, inverted at the end.
 *
 * JavaScript has no fast 64-bit integers, so the value is two 32-bit halves, and a table of 256 would be two tables. The
 * polynomial has so few terms that none is needed: with v = crc XOR the next eight bytes, the new crc is v * x^64, and
 * x^64 = x^4 + x^3 + x + 1. Times x is a shift to the right in the reversed order, hence v ^ v>>>1 ^ v>>>3 ^ v>>>4; the
 * four bits that fall out at the end are worth x^64 and more, and come back in at the top by the same rule.
 */
export class Crc64 {
  #high = -1;
  #low = -1;

  /** Starts over. */
  reset(): void {
    this.#high = this.#low = -1;
  }

  update(bytes: Uint8Array<ArrayBuffer>): void {
    const head = Math.min(-bytes.byteOffset & 3, bytes.length);
    const words = (bytes.length - head) >> 3;
    this.#updateBytes(bytes, 0, head);
    if (words > 0) {
      this.#updateWords(new Int32Array(bytes.buffer, bytes.byteOffset + head, words * 2));
    }
    this.#updateBytes(bytes, head + words * 8, bytes.length);
  }

  #updateBytes(bytes: Uint8Array, from: number, to: number): void {
    let high = this.#high, low = this.#low;
    for (let at = from; at < to; at++) {
      const top = (low ^ bytes[at]) << 24;
      low = (low >>> 8) | (high << 24);
      high = (high >>> 8) ^ top ^ (top >>> 1) ^ (top >>> 3) ^ (top >>> 4);
    }
    this.#high = high;
    this.#low = low;
  }

  /** Pairs of little-endian words: x86-64 and aarch64 are both little-endian. */
  #updateWords(words: Int32Array): void {
    let high = this.#high, low = this.#low;
    for (let at = 0; at < words.length; at += 2) {
      const l = low ^ words[at], h = high ^ words[at + 1];
      const out = (l << 31) ^ (l << 29) ^ (l << 28);
      low = l ^ ((l >>> 1) | (h << 31)) ^ ((l >>> 3) | (h << 29)) ^ ((l >>> 4) | (h << 28));
      high = h ^ (h >>> 1) ^ (h >>> 3) ^ (h >>> 4) ^ out ^ (out >>> 1) ^ (out >>> 3) ^ (out >>> 4);
    }
    this.#high = high;
    this.#low = low;
  }

  /** The eight bytes of the checksum, most significant first, as Go's `Sum` appends them. */
  digest(): Uint8Array<ArrayBuffer> {
    const sum = new Uint8Array(8), view = new DataView(sum.buffer);
    view.setInt32(0, ~this.#high);
    view.setInt32(4, ~this.#low);
    return sum;
  }
}

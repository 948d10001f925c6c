/** Bits of a stream that comes in chunks, most significant first. */

import { unexpectedEnd } from "../archive_error.ts";
import { concatenate } from "../bytes.ts";
import type { ByteSource } from "../source.ts";

/**
 * Bytes are fetched ahead, so that the bits themselves can be read without waiting. Reading past what was fetched is an
 * unexpected EOF.
 */
export class BitReader {
  readonly #source: AsyncIterator<Uint8Array<ArrayBuffer>>;
  #bytes: Uint8Array<ArrayBuffer> = new Uint8Array(0);
  #at = 0;
  #bits = 0;
  #bitCount = 0;

  constructor(source: ByteSource) {
    this.#source = source[Symbol.asyncIterator]();
  }

  /** Makes this many bytes available, fewer only at the end of the stream. False if there is nothing left at all. */
  async fetch(count: number): Promise<boolean> {
    const parts = [this.#bytes.subarray(this.#at)];
    let length = parts[0].length;
    while (length < count) {
      const { value, done } = await this.#source.next();
      if (done) break;
      parts.push(value.slice());
      length += value.length;
    }
    if (parts.length > 1) {
      this.#bytes = concatenate(parts);
      this.#at = 0;
    }
    return length > 0 || this.#bitCount >= 8;
  }

  /** The next bits as a number, at most 24. */
  read(count: number): number {
    const value = this.peek(count);
    this.skip(count);
    return value;
  }

  /** The next bits without taking them; zeros stand for what lies behind the end. */
  peek(count: number): number {
    while (this.#bitCount < count) {
      this.#bits = (this.#bits << 8) | (this.#at < this.#bytes.length ? this.#bytes[this.#at] : 0);
      this.#at++;
      this.#bitCount += 8;
    }
    return (this.#bits >>> (this.#bitCount - count)) & ((1 << count) - 1);
  }

  skip(count: number): void {
    this.#bitCount -= count;
    if (this.#at - (this.#bitCount >> 3) > this.#bytes.length) throw unexpectedEnd();
  }

  /** Skips to the next whole byte. */
  align(): void {
    this.skip(this.#bitCount & 7);
  }

  /** To be called when no more is needed. */
  async close(): Promise<void> {
    await this.#source.return?.();
  }
}

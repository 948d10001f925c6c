/** Gathers small pieces into chunks that are worth passing on. */

const CHUNK_SIZE = 1 << 20;

/** One buffer, used again and again: what take() returned is good until the next append() or advance(). */
export class ChunkBuffer {
  #bytes = new Uint8Array(CHUNK_SIZE);
  #length = 0;

  /** Whether take() is due. */
  get isFull(): boolean {
    return this.#length >= CHUNK_SIZE;
  }

  get isEmpty(): boolean {
    return this.#length === 0;
  }

  /** Adds bytes, as many as there may be. */
  append(bytes: Uint8Array<ArrayBuffer>): void {
    const length = this.#length + bytes.length;
    if (length > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(length, this.#bytes.length * 2));
      larger.set(this.#bytes.subarray(0, this.#length));
      this.#bytes = larger;
    }
    this.#bytes.set(bytes, this.#length);
    this.#length = length;
  }

  /** Room for at most this many bytes, to be read into; none if the buffer is full. */
  room(limit: number): Uint8Array<ArrayBuffer> {
    const end = Math.min(this.#length + limit, CHUNK_SIZE);
    return this.#bytes.subarray(this.#length, Math.max(end, this.#length));
  }

  /** So many bytes of room() have been filled. */
  advance(count: number): void {
    this.#length += count;
  }

  /** Adds zeros, less than a chunk of them. */
  pad(count: number): void {
    this.append(new Uint8Array(count));
  }

  /** What has been gathered; the buffer is empty then. */
  take(): Uint8Array<ArrayBuffer> {
    const chunk = this.#bytes.subarray(0, this.#length);
    this.#length = 0;
    return chunk;
  }
}

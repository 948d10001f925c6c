/** Several threads that compress pieces with gzip. */

import { Thread } from "./thread.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** Each takes 25 MB, mostly what waits there to be collected. */
const MOST_THREADS = 3;

/** The result is one piece that goes over as it is, and what was compressed comes back: garbage stays for long in a thread. */
const program = (level: number, chunkSize: number) => `
const { gzipSync } = process.getBuiltinModule("node:zlib");
self.onmessage = ({ data: piece }) => {
  const { buffer, byteOffset, length } = gzipSync(piece, { level: ${level}, chunkSize: ${chunkSize} });
  const result = new Uint8Array(buffer, byteOffset, length);
  self.postMessage({ result, piece }, [buffer, piece.buffer]);
};`;

interface Answer {
  readonly result: Bytes;
  readonly piece: Bytes;
}

/** Shared by all that compress at the same time. */
export class GzipThreads implements Disposable {
  static #shared: GzipThreads | undefined;
  /** Pieces that have been compressed, to be filled anew. */
  readonly done: Bytes[] = [];
  readonly #threads: Thread<Answer>[] = [];
  /** Of each thread: who waits for its next answer. */
  readonly #waiting: PromiseWithResolvers<Bytes>[][] = [];
  #next = 0;
  #users = 0;

  /** The threads; whoever has got them disposes of them. With options of zlib, the same each time. */
  static share(level: number, chunkSize: number): GzipThreads {
    const threads = GzipThreads.#shared ??= new GzipThreads(level, chunkSize);
    threads.#users++;
    return threads;
  }

  private constructor(level: number, chunkSize: number) {
    const count = Math.min(navigator.hardwareConcurrency, MOST_THREADS);
    for (let index = 0; index < count; index++) {
      const waiting: PromiseWithResolvers<Bytes>[] = [];
      this.#waiting.push(waiting);
      this.#threads.push(
        new Thread(program(level, chunkSize), {
          receive: ({ result, piece }: Answer) => {
            this.done.push(piece);
            waiting.shift()!.resolve(result);
          },
          fail: (error) => waiting.splice(0).forEach(({ reject }) => reject(error)),
        }),
      );
    }
  }

  get count(): number {
    return this.#threads.length;
  }

  /** Compresses a piece, which is no longer the caller's until it is done. */
  compress(piece: Bytes): Promise<Bytes> {
    const index = this.#next++ % this.#threads.length;
    const answer = Promise.withResolvers<Bytes>();
    this.#waiting[index].push(answer);
    this.#threads[index].post(piece);
    return answer.promise;
  }

  /** The last user's end is theirs. */
  [Symbol.dispose](): void {
    if (--this.#users > 0) return;
    GzipThreads.#shared = undefined;
    for (const thread of this.#threads) thread[Symbol.dispose]();
  }
}

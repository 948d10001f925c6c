/** Decompressing gzip in a thread of its own, a little ahead of whoever takes the bytes. */

import type { ByteSource } from "../source.ts";
import { Thread } from "./thread.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** Pieces of output that may wait to be taken, and pieces of input that may wait to be decompressed. */
const MOST_OUTPUT = 8;
const MOST_INPUT = 2;
/** At the same time: each takes some 30 MB. */
const MOST_THREADS = 2;

let running = 0;

/** Whether there may be one more. */
export function mayHaveThread(): boolean {
  return running < MOST_THREADS;
}

/** Buffers go to and fro: what is left to the collector of a thread stays for long. */
const program = (chunkSize: number) => `
const { createGunzip } = process.getBuiltinModule("node:zlib");
const stream = createGunzip({ chunkSize: ${chunkSize} });
let room = ${MOST_OUTPUT}, goOn;
self.onmessage = ({ data }) => {
  if (data === "more") {
    room++;
    goOn?.();
  } else if (data === null) stream.end();
  else stream.write(data, () => self.postMessage({ taken: data }, [data.buffer]));
};
try {
  for await (const { buffer, byteOffset, length } of stream) {
    while (room === 0) await new Promise((resolve) => goOn = resolve);
    room--;
    const piece = new Uint8Array(buffer, byteOffset, length);
    // With what does not reach its buffer's end, the stream goes on in the same.
    const isLast = byteOffset + length === buffer.byteLength, bytes = isLast ? piece : piece.slice();
    self.postMessage(bytes, [bytes.buffer]);
  }
  self.postMessage(null);
} catch ({ message, code }) {
  self.postMessage({ message, code });
}`;

type Answer = Bytes | null | { readonly taken: Bytes } | {
  readonly message: string;
  readonly code?: string;
};

/** The uncompressed bytes of `head` and what follows it; an error of zlib has its code. */
export async function* gunzipInThread(
  head: Bytes,
  rest: AsyncIterator<Bytes>,
  chunkSize: number,
): ByteSource {
  const output = new Output();
  using thread = new Thread<Answer>(program(chunkSize), output);
  const feed = async () => {
    try {
      for (let chunk: Bytes | undefined = head; chunk !== undefined;) {
        thread.post(chunk);
        if (!await output.wantsInput()) return;
        const { value, done }: IteratorResult<Bytes> = await rest.next();
        chunk = done ? undefined : output.copy(value); // the source may fill it anew
      }
      thread.post(null);
    } catch (error) {
      output.fail(error as Error);
    }
  };
  const fed = feed();
  running++;
  try {
    for (let piece = await output.next(); piece !== null; piece = await output.next()) {
      yield piece;
      thread.post("more");
    }
  } finally {
    running--;
    output.end();
    // Not waited for: a source from which nothing comes would keep whoever has had enough.
    fed.then(() => rest.return?.()).catch(() => {});
  }
}

/** What a thread has answered, for who decompresses and for who feeds it. */
class Output {
  readonly #pieces: (Bytes | null)[] = [];
  #error: Error | undefined;
  #waiting = 0;
  /** Input that has been used up. */
  #spare: Bytes | undefined;
  #isOver = false;
  #wakeReader: (() => void) | undefined;
  #wakeFeeder: (() => void) | undefined;

  receive(answer: Answer): void {
    if (answer === null || answer instanceof Uint8Array) {
      this.#pieces.push(answer);
      this.#wakeReader?.();
    } else if ("taken" in answer) {
      this.#waiting--;
      this.#spare = answer.taken;
      this.#wakeFeeder?.();
    } else this.fail(Object.assign(new Error(answer.message), { code: answer.code }));
  }

  fail(error: Error): void {
    this.#error ??= error;
    this.#wakeReader?.();
  }

  /** The next piece; null after the last. */
  async next(): Promise<Bytes | null> {
    for (;;) {
      const piece = this.#pieces.shift();
      if (piece !== undefined) return piece;
      if (this.#error !== undefined) throw this.#error;
      await new Promise<void>((resolve) => this.#wakeReader = resolve);
    }
  }

  /** The same bytes, in a buffer that may be used again. */
  copy(bytes: Bytes): Bytes {
    const buffer = this.#spare?.buffer;
    this.#spare = undefined;
    if (buffer === undefined || buffer.byteLength < bytes.length) return bytes.slice();
    const copy = new Uint8Array(buffer, 0, bytes.length);
    copy.set(bytes);
    return copy;
  }

  /** To be called after each piece of input: waits until there may be another one; false if nobody wants any more. */
  async wantsInput(): Promise<boolean> {
    this.#waiting++;
    while (this.#waiting >= MOST_INPUT && !this.#isOver) {
      await new Promise<void>((resolve) => this.#wakeFeeder = resolve);
    }
    return !this.#isOver;
  }

  /** Nobody wants any more. */
  end(): void {
    this.#isOver = true;
    this.#wakeFeeder?.();
  }
}

/**
 * Threads for what takes a processor long. Deno's node:zlib works on the thread that calls it, also where Node's would not, so
 * that compressing would stop the network and the unpacking, and use one processor of many.
 */

export interface ThreadEvents<Answer> {
  /** It has posted something. */
  receive(answer: Answer): void;
  /** It has failed with what it did not catch. */
  fail(error: Error): void;
}

/** Whether another thread would have a processor. */
export const hasOtherProcessor = navigator.hardwareConcurrency > 1;

/**
 * Starting one takes some 30 ms of processor time, and 10 MB: a thing for more bytes than this, which to compress takes 80 ms, and to
 * decompress 20.
 */
export const WORTH_A_THREAD = 8 << 20;

type Transferable = Uint8Array<ArrayBuffer> | null | "more";

/**
 * A worker, an isolate of its own. Its program is a URL, since the compiled box has no files, nor blobs for workers. It has modules
 * from `process`, since what makes the compiled box one script would take an import for one of box's own.
 */
export class Thread<Answer> implements Disposable {
  readonly #worker: Worker;

  constructor(program: string, events: ThreadEvents<Answer>) {
    const url = `data:text/javascript,${encodeURIComponent(program)}`;
    this.#worker = new Worker(url, { type: "module" });
    this.#worker.onmessage = ({ data }) => events.receive(data);
    this.#worker.onerror = (event) => {
      event.preventDefault();
      events.fail(new Error(event.message));
    };
  }

  /** Bytes go over without a copy, and are no longer the caller's then. */
  post(message: Transferable): void {
    const transfer = message instanceof Uint8Array ? [message.buffer] : [];
    this.#worker.postMessage(message, transfer);
  }

  [Symbol.dispose](): void {
    this.#worker.terminate();
  }
}

/** Ends what has been silent for too long. */

export class Watchdog implements Disposable {
  private readonly abort = new AbortController();
  private readonly timer: ReturnType<typeof setInterval>;
  private readonly stop = () => this.end(this.outer?.reason);
  /** performance.now() of the last sign of life; Infinity while it is not the other side that is waited for. */
  private last = Infinity;
  private reject: ((reason: unknown) => void) | undefined;

  /** `patience` in milliseconds. An abort of `outer` is passed on. */
  constructor(patience: number, private readonly outer?: AbortSignal) {
    this.timer = setInterval(() => {
      if (performance.now() - this.last < patience) return;
      this.end(new Error(`no answer for ${Math.round(patience / 1000)} seconds`));
    }, Math.min(patience / 4, 1000));
    if (outer?.aborted) this.stop();
    else outer?.addEventListener("abort", this.stop, { once: true });
  }

  /** Aborted when it is over. */
  get signal(): AbortSignal {
    return this.abort.signal;
  }

  /** Says that there is life. */
  touch(): void {
    this.last = performance.now();
  }

  /** What the promise gives; rejects as soon as there was no life for too long, whether or not the promise heeds the signal. */
  async wait<T>(promise: Promise<T>): Promise<T> {
    this.signal.throwIfAborted();
    this.touch();
    const { promise: result, resolve, reject } = Promise.withResolvers<T>();
    this.reject = reject;
    promise.then(resolve, reject);
    try {
      return await result;
    } finally {
      this.reject = undefined;
      this.last = Infinity;
    }
  }

  private end(reason: unknown): void {
    this.abort.abort(reason);
    this.reject?.(reason);
  }

  [Symbol.dispose](): void {
    clearInterval(this.timer);
    this.outer?.removeEventListener("abort", this.stop);
  }
}

/** Ends what has been silent for too long. */

export class Watchdog implements Disposable {
  readonly signal: AbortSignal;
  private readonly abort = new AbortController();
  private readonly timer: ReturnType<typeof setInterval>;
  private last = performance.now();

  /** `patience` in milliseconds. */
  constructor(patience: number, outer?: AbortSignal) {
    this.signal = outer ? AbortSignal.any([outer, this.abort.signal]) : this.abort.signal;
    this.timer = setInterval(() => {
      if (performance.now() - this.last < patience) return;
      this.abort.abort(new Error(`no answer for ${Math.round(patience / 1000)} seconds`));
    }, Math.min(patience / 4, 1000));
    Deno.unrefTimer(this.timer);
  }

  /** Says that there is life. */
  touch(): void {
    this.last = performance.now();
  }

  /** Says that it is not the other side that is waited for now. */
  rest(): void {
    this.last = Infinity;
  }

  [Symbol.dispose](): void {
    clearInterval(this.timer);
  }
}

/** How far a transfer has come: one line on the terminal, for whoever waits longer than a moment. */

import { humanSize } from "./format/units.ts";

/** Nothing is shown before this, so that what is quick stays quiet. Milliseconds. */
const PATIENCE = 1000;
const REDRAW_INTERVAL = 100;
const BAR_WIDTH = 40;
const CLEAR_LINE = "\r\x1b[K";

/** Where it is drawn: standard error, or what a test takes for it. */
export interface ProgressOutput {
  isTerminal(): boolean;
  writeSync(bytes: Uint8Array): number;
}

/** Draws nothing unless standard error is a terminal. */
export class TransferProgress {
  readonly #output: ProgressOutput | undefined;
  readonly #encoder = new TextEncoder();
  #bytes = 0;
  #nextDrawing: number;
  #isDrawn = false;

  /** `total` in bytes, as far as it is known; `patience` in milliseconds. */
  constructor(
    private readonly label: string,
    private readonly total: number | undefined,
    output: ProgressOutput = Deno.stderr,
    patience = PATIENCE,
  ) {
    this.#output = output.isTerminal() ? output : undefined;
    this.#nextDrawing = performance.now() + patience;
  }

  /** Passes the bytes on and counts them; the line is gone when there are no more. */
  async *watch<Chunk extends Uint8Array>(source: AsyncIterable<Chunk>): AsyncGenerator<Chunk> {
    try {
      for await (const chunk of source) {
        this.#bytes += chunk.length;
        this.#draw();
        yield chunk;
      }
    } finally {
      if (this.#isDrawn) this.#write(CLEAR_LINE);
    }
  }

  #draw(): void {
    if (this.#output === undefined || performance.now() < this.#nextDrawing) return;
    this.#nextDrawing = performance.now() + REDRAW_INTERVAL;
    this.#isDrawn = true;
    this.#write(`${CLEAR_LINE}${this.label}  ${describe(this.#bytes, this.total)}`);
  }

  /** A terminal that is gone is no reason to stop working. */
  #write(text: string): void {
    try {
      this.#output?.writeSync(this.#encoder.encode(text));
    } catch {
      this.#isDrawn = false;
    }
  }
}

function describe(bytes: number, total: number | undefined): string {
  if (!total) return humanSize(bytes);
  const filled = Math.min(BAR_WIDTH, Math.floor(bytes / total * BAR_WIDTH));
  const bar = "=".repeat(Math.max(0, filled - 1)) + ">";
  return `[${bar.padEnd(BAR_WIDTH)}]  ${humanSize(bytes)}/${humanSize(total)}`;
}

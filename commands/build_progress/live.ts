/** A build's progress on a terminal, drawn anew in place as long as it goes on. */
import truncatedWidth from "fast-string-truncated-width";
import { getWindowSize } from "../../ffi/terminal.ts";
import type { BuildProgress, Vertex } from "../../runtime/build/solver/progress.ts";
import { writeCompletely } from "../cli/output.ts";
import { type FrameLine, frameLines, type LiveStep } from "./live_frame.ts";
import { StepScreen } from "./step_screen.ts";

/** Milliseconds between two drawings. */
const INTERVAL = 100;

const OUTPUT_LINES = 6;

const HIDE_CURSOR = "\x1b[?25l", SHOW_CURSOR = "\x1b[?25h";
const CLEAR_LINE = "\x1b[K", CLEAR_BELOW = "\x1b[J";

/** SGR codes: BuildKit's colors. */
const COLORS = { plain: "", ended: "34", failed: "31", canceled: "33", faint: "2" } as const;

export interface Screen {
  readonly size: { readonly rows: number; readonly columns: number };
  /** Whether it shows colors. */
  readonly isColored: boolean;
  write(text: string): void;
}

export class LiveProgress implements BuildProgress, Disposable {
  readonly #steps = new Map<number, LiveStep & { output: StepScreen }>();
  readonly #begun = performance.now();
  readonly #timer: ReturnType<typeof setInterval>;
  /** Lines of the last drawing, above the cursor. */
  #height = 0;

  constructor(private readonly screen: Screen = standardError) {
    this.#timer = setInterval(() => this.#draw(false), INTERVAL);
  }

  started({ number, title }: Vertex): void {
    const output = new StepScreen(OUTPUT_LINES);
    this.#steps.set(number, { title, state: "running", begun: this.#now, notes: [], output });
  }

  output({ number }: Vertex, bytes: Uint8Array<ArrayBuffer>): void {
    this.#steps.get(number)!.output.add(bytes);
  }

  note({ number }: Vertex, text: string): void {
    this.#steps.get(number)!.notes.push(text.replace(/ done$/, ""));
  }

  done(vertex: Vertex): void {
    this.#end(vertex, "done");
  }

  cached(vertex: Vertex): void {
    this.#end(vertex, "cached");
  }

  failed(vertex: Vertex): void {
    this.#end(vertex, "failed");
  }

  canceled(vertex: Vertex): void {
    this.#end(vertex, "canceled");
  }

  /** Draws a last time, and leaves that standing. */
  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    this.#draw(true);
  }

  get #now(): number {
    return performance.now() - this.#begun;
  }

  #end({ number }: Vertex, state: LiveStep["state"]): void {
    const step = this.#steps.get(number)!;
    step.state = state;
    step.ended = this.#now;
  }

  /** All in one write, so that nothing half drawn is seen. */
  #draw(isLast: boolean): void {
    const { rows, columns } = this.screen.size;
    const steps = [...this.#steps.values()];
    // The last column stays free: terminals differ in where the cursor is after it.
    const frame = { steps, now: this.#now, columns: columns - 1, rows, isLast, fit };
    const lines = frameLines(frame);
    const up = this.#height > 0 ? `\x1b[${this.#height}A` : "";
    const text = lines.map((line) => this.#colored(line) + CLEAR_LINE + "\n").join("");
    this.screen.write(`${HIDE_CURSOR}${up}\r${text}${CLEAR_BELOW}${SHOW_CURSOR}`);
    this.#height = lines.length;
  }

  #colored({ text, style }: FrameLine): string {
    const color = COLORS[style];
    return this.screen.isColored && color !== "" ? `\x1b[${color}m${text}\x1b[0m` : text;
  }
}

/** Characters are as wide as the terminal shows them: two columns for most of Chinese, for instance. */
function fit(text: string, columns: number): string {
  const { index, width } = truncatedWidth(text, { limit: columns });
  return text.slice(0, index) + " ".repeat(Math.max(0, columns - width));
}

const STDERR = 2;
const encoder = new TextEncoder();

const standardError: Screen = {
  get size() {
    try {
      const { rows, columns } = getWindowSize(STDERR);
      if (rows > 0 && columns > 0) return { rows, columns };
    } catch {
      // It is gone, or has become something else.
    }
    return { rows: 10, columns: 80 };
  },
  isColored: !Deno.env.get("NO_COLOR"),
  write(text) {
    try {
      writeCompletely(Deno.stderr, encoder.encode(text));
    } catch {
      // A terminal that is gone is no reason to stop building.
    }
  },
};

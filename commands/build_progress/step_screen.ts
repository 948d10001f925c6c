/** The last lines that a step has written, as a terminal would show them, without anything that could change the real one. */

// deno-lint-ignore no-control-regex -- these are the ones: CSI, OSC and other escape sequences
const ESCAPES = /\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[ -/]*[0-~])/g;
// deno-lint-ignore no-control-regex
const CONTROLS = /[\x00-\x08\x0b-\x1f\x7f-\x9f]/g;

/** Characters of a line that is not ended: more would not be shown anyway. */
const LONGEST_LINE = 4096;

export class StepScreen {
  #lines: string[] = [];
  #partial = "";
  readonly #decoder = new TextDecoder();

  constructor(private readonly height: number) {}

  add(bytes: Uint8Array): void {
    const lines = (this.#partial + this.#decoder.decode(bytes, { stream: true })).split("\n");
    this.#partial = lines.pop()!.slice(-LONGEST_LINE);
    const last: string[] = [];
    for (let at = lines.length - 1; at >= 0 && last.length < this.height; at--) {
      const line = shown(lines[at]);
      if (line.trim() !== "") last.unshift(line);
    }
    this.#lines = [...this.#lines, ...last].slice(-this.height);
  }

  /** At most so many, without empty ones. */
  get lines(): string[] {
    const partial = shown(this.#partial);
    return (partial.trim() === "" ? this.#lines : [...this.#lines, partial]).slice(-this.height);
  }
}

/** What comes after a carriage return is written over what stood before it. */
function shown(line: string): string {
  const text = line.replace(/\r+$/, "");
  return text.slice(text.lastIndexOf("\r") + 1).replace(ESCAPES, "").replaceAll("\t", "        ")
    .replace(CONTROLS, "");
}

/** A build's progress as lines that can be read later: BuildKit's plain mode. */
import type { BuildProgress, Vertex } from "../../runtime/build/solver/progress.ts";

/** Prints what happens; output of one step never gets into another's line. */
export class PlainProgress implements BuildProgress {
  readonly #partial = new Map<number, { text: string; seconds: string }>();
  readonly #decoders = new Map<number, TextDecoder>();
  #last = 0;

  constructor(private readonly write: (text: string) => void) {}

  started(vertex: Vertex): void {
    this.#line(vertex, vertex.title);
  }

  output(vertex: Vertex, bytes: Uint8Array<ArrayBuffer>, milliseconds: number): void {
    const { number } = vertex;
    const decoder = this.#decoders.get(number) ?? new TextDecoder();
    this.#decoders.set(number, decoder);
    const partial = this.#partial.get(number);
    const seconds = (milliseconds / 1000).toFixed(3);
    const lines = ((partial?.text ?? "") + decoder.decode(bytes, { stream: true })).split("\n");
    const rest = lines.pop()!;
    lines.forEach((line, i) =>
      this.#line(vertex, `${i === 0 && partial ? partial.seconds : seconds} ${line}`)
    );
    if (rest === "") this.#partial.delete(number);
    else this.#partial.set(number, { text: rest, seconds });
  }

  note(vertex: Vertex, text: string): void {
    this.#line(vertex, text);
  }

  done(vertex: Vertex, milliseconds: number): void {
    this.#end(vertex, `DONE ${(milliseconds / 1000).toFixed(1)}s`);
  }

  cached(vertex: Vertex): void {
    this.#end(vertex, "CACHED");
  }

  failed(vertex: Vertex, message: string): void {
    this.#end(vertex, `ERROR: ${message}`);
  }

  canceled(vertex: Vertex): void {
    this.#end(vertex, "CANCELED");
  }

  #end(vertex: Vertex, text: string): void {
    const partial = this.#partial.get(vertex.number);
    if (partial) this.#line(vertex, `${partial.seconds} ${partial.text}`);
    this.#line(vertex, text);
    this.write("\n");
    this.#last = 0;
  }

  /** Where another step has its say, its title tells so. */
  #line({ number, title }: Vertex, text: string): void {
    const isChange = this.#last !== number;
    this.#last = number;
    if (isChange && text !== title) this.write(`#${number} ${title}\n`);
    this.write(`#${number} ${text}\n`);
  }
}

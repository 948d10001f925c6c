/** What a build tells of itself while it goes on. */

/** A step that is shown: a FROM, RUN, COPY, ADD or WORKDIR, or the export. */
export interface Vertex {
  /** Counted from 1, in the order in which they begin. */
  readonly number: number;
  /** Such as `[build 2/3] RUN make`. */
  readonly title: string;
}

/** Receives what happens; times are milliseconds since the vertex began. */
export interface BuildProgress {
  started(vertex: Vertex): void;
  output(vertex: Vertex, bytes: Uint8Array<ArrayBuffer>, milliseconds: number): void;
  /** A line about what is being done. */
  note(vertex: Vertex, text: string): void;
  done(vertex: Vertex, milliseconds: number): void;
  cached(vertex: Vertex): void;
  failed(vertex: Vertex, message: string): void;
  canceled(vertex: Vertex): void;
}

/** For those who want to hear nothing. */
export const silentProgress: BuildProgress = {
  started() {},
  output() {},
  note() {},
  done() {},
  cached() {},
  failed() {},
  canceled() {},
};

/** Numbers a build's vertices and measures them. */
export class ProgressReporter {
  #last = 0;

  constructor(private readonly progress: BuildProgress) {}

  begin(title: string): VertexReporter {
    return new VertexReporter(this.progress, { number: ++this.#last, title });
  }
}

/** One vertex while it is worked on. */
export class VertexReporter {
  readonly #begun = performance.now();

  constructor(private readonly progress: BuildProgress, readonly vertex: Vertex) {
    progress.started(vertex);
  }

  output(bytes: Uint8Array<ArrayBuffer>): void {
    this.progress.output(this.vertex, bytes, performance.now() - this.#begun);
  }

  note(text: string): void {
    this.progress.note(this.vertex, text);
  }

  done(): void {
    this.progress.done(this.vertex, performance.now() - this.#begun);
  }

  cached(): void {
    this.progress.cached(this.vertex);
  }

  failed(message: string): void {
    this.progress.failed(this.vertex, message);
  }

  canceled(): void {
    this.progress.canceled(this.vertex);
  }
}

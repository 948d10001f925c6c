/** The pipes between a RUN and box. */

import { AT, O } from "../../../ffi/constants.ts";
import { close, makePipe, openAt } from "../../../ffi/file.ts";

export class RunStreams {
  readonly sandbox: readonly [number, number, number];
  readonly endWriter: number;
  #ends: [stdout: number, stderr: number, end: number] | undefined;
  #others: number[];

  constructor() {
    const stdin = openAt(AT.FDCWD, "/dev/null", O.RDONLY);
    const [stdoutEnd, stdout] = makePipe(), [stderrEnd, stderr] = makePipe();
    const [end, endWriter] = makePipe();
    this.sandbox = [stdin, stdout, stderr];
    this.endWriter = endWriter;
    this.#ends = [stdoutEnd, stderrEnd, end];
    this.#others = [stdin, stdout, stderr, endWriter];
  }

  /** Hands the reading ends over, to be closed by whoever reads them. */
  takeEnds(): [stdout: number, stderr: number, end: number] {
    const ends = this.#ends!;
    this.#ends = undefined;
    return ends;
  }

  /** Closes what only the command and its keeper need. */
  closeOthersEnds(): void {
    for (const fd of this.#others.splice(0)) close(fd);
  }

  [Symbol.dispose](): void {
    this.closeOthersEnds();
    this.#ends?.forEach(close);
    this.#ends = undefined;
  }
}

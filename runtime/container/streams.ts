/** The pipes between a container's process and whoever looks after it. */

import { AT, O } from "../../ffi/constants.ts";
import { close, makePipe, openAt } from "../../ffi/file.ts";
import type { ContainerFile, StreamEnds } from "../../storage/container/config.ts";

export type StreamName = "stdout" | "stderr";

/** A container's streams before its process has been started. */
export class ContainerStreams {
  /** What the container's process gets. */
  readonly stdio: [number, number, number];
  /** What the monitor gets. */
  readonly ends: StreamEnds;
  /** What the keeper tells the end through. */
  readonly endWriter: number;

  constructor(private readonly config: ContainerFile["Config"]) {
    const [stdin, stdinEnd] = config.OpenStdin
      ? makePipe()
      : [openAt(AT.FDCWD, "/dev/null", O.RDWR)];
    const [stdoutEnd, stdout] = makePipe();
    const [stderrEnd, stderr] = makePipe();
    const [end, endWriter] = makePipe();
    this.stdio = [stdin, stdout, stderr];
    this.ends = { stdin: stdinEnd, stdout: stdoutEnd, stderr: stderrEnd, end };
    this.endWriter = endWriter;
  }

  /**
   * What the keeper holds, so that nothing is lost while there is no monitor. It does not hold a standard input that ends with
   * the first who is attached to it: the container would not see that end.
   */
  get held(): StreamEnds {
    const { stdin, ...others } = this.ends;
    return this.config.StdinOnce ? others : { ...others, stdin };
  }

  /** Closes what only the container and the keeper need: they have their own now, or will never have any. */
  closeOthersEnds(): void {
    [...this.stdio, this.endWriter].forEach(close);
  }
}

/** Closes what is left of a container's streams on this side. */
export function closeEnds(ends: StreamEnds): void {
  descriptorsOf(ends).forEach(close);
}

export function descriptorsOf(ends: StreamEnds): number[] {
  return Object.values(ends).filter((fd) => fd !== undefined);
}

/** Writing to a container's standard input. */

import { close } from "../../../ffi/file.ts";
import { kernelInPool } from "../../../ffi/kernel.ts";

export class ContainerInput {
  private open = true;
  private writing: Promise<void> = Promise.resolve();

  /** Owns the descriptor. */
  constructor(private readonly fd: number) {}

  /** Resolves when the container's side has room for what comes next. What it does not read is lost. */
  write(bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    if (!this.open) return Promise.resolve();
    return this.writing = this.writing.then(() => this.writeAll(bytes));
  }

  /** The container sees the end when it has read what was written before. */
  close(): void {
    if (!this.open) return;
    this.open = false;
    this.writing.then(() => close(this.fd));
  }

  private async writeAll(bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    for (let rest = bytes; rest.length > 0;) {
      // In the pool, where it may block: the container reads when it likes.
      const written = await kernelInPool.write(this.fd, rest, BigInt(rest.length));
      if (written < 0) return;
      rest = rest.subarray(written);
    }
  }
}

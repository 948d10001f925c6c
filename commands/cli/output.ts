/**
 * Writing to standard output and standard error: at once and completely, so that what one
 * command prints, what its container prints and the exit come in their true order.
 */

/** Nobody reads standard output any more, as in `box images | head -1`. */
export class OutputClosedError extends Error {
  override readonly name = "OutputClosedError";
}

/** What both standard streams are, and a test's own writer can be. */
export interface SyncWriter {
  writeSync(bytes: Uint8Array): number;
}

/** How long to wait for the reader of a non-blocking pipe or terminal, in milliseconds. */
const RETRY_DELAY = 1;

const encoder = new TextEncoder();

/** Prints one line to standard output. Throws OutputClosedError when its reader is gone. */
export function print(line: string): void {
  writeOut(`${line}\n`);
}

/** Prints one line to standard error. Never throws: there is nobody left to tell. */
export function printError(line: string): void {
  try {
    writeCompletely(Deno.stderr, encoder.encode(`${line}\n`));
  } catch {
    // Standard error is closed or its disk is full.
  }
}

/** Writes a text or bytes to standard output. Throws OutputClosedError when its reader is gone. */
export function writeOut(data: string | Uint8Array): void {
  try {
    writeCompletely(Deno.stdout, typeof data === "string" ? encoder.encode(data) : data);
  } catch (error) {
    if (error instanceof Deno.errors.BrokenPipe) throw new OutputClosedError(error.message);
    throw error;
  }
}

/** Writes all bytes, however few the writer takes at a time. */
export function writeCompletely(writer: SyncWriter, bytes: Uint8Array): void {
  let rest = bytes;
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writer.writeSync(rest));
    } catch (error) {
      // Another program can have made the open file that we share with it non-blocking.
      if (!(error instanceof Deno.errors.WouldBlock)) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, RETRY_DELAY);
    }
  }
}

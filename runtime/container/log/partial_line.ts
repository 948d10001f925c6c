/** The beginning of a line whose end has not come yet. */

/** Bytes of a line that one record takes at most. */
export const LONGEST_TEXT = 16384;

const NEWLINE = 10;

export class PartialLine {
  /** Has room for a whole record once there is something in it. */
  bytes: Uint8Array<ArrayBuffer> = new Uint8Array();
  length = 0;

  /** Adds what belongs to the line and has room; returns how many bytes that is. */
  take(bytes: Uint8Array): number {
    if (this.bytes.length === 0) this.bytes = new Uint8Array(LONGEST_TEXT);
    const newline = bytes.indexOf(NEWLINE);
    const end = newline < 0 ? bytes.length : newline + 1;
    const taken = Math.min(end, LONGEST_TEXT - this.length);
    this.bytes.set(bytes.subarray(0, taken), this.length);
    this.length += taken;
    return taken;
  }

  /** Takes away what a record has taken. */
  drop(length: number): void {
    this.bytes.copyWithin(0, length, this.length);
    this.length -= length;
  }
}

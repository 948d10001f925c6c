/** The beginning of what a check has written. */

/** Bytes that docker keeps. */
const LIMIT = 4096;

export class LimitedOutput {
  private readonly bytes = new Uint8Array(LIMIT);
  private length = 0;
  private isCut = false;

  add(bytes: Uint8Array): void {
    const kept = bytes.subarray(0, LIMIT - this.length);
    this.bytes.set(kept, this.length);
    this.length += kept.length;
    this.isCut ||= kept.length < bytes.length;
  }

  get text(): string {
    return new TextDecoder("utf-8", { ignoreBOM: true }).decode(
      this.bytes.subarray(0, this.length),
    ) +
      (this.isCut ? "..." : "");
  }
}

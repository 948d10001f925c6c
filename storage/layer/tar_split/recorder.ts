/** Records what a layer's tar has besides the files' content, so that the tar can be put together again byte for byte. */

import { encodeName } from "../../../ffi/cstring.ts";
import { Crc64 } from "./crc64.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** Characters of JSON that become one gzip member, and the most bytes that one segment has. */
const BATCH = 1 << 20;

/**
 * Writes vbatts/tar-split's format, as docker keeps it in tar-split.json.gz: a line of JSON for each segment (bytes that are
 * no content) and each file (name, size, checksum). The text is compressed as a series of gzip members, so that little
 * of it is ever in memory.
 */
export class TarSplitRecorder {
  readonly #write: (json: string) => void;
  readonly #crc = new Crc64();
  #lines: string[] = [];
  #lineLength = 0;
  #position = 0;
  /** Bytes of the segment that is being gathered. */
  #segment: Bytes = new Uint8Array(4096);
  #segmentLength = 0;
  #name = "";
  #size = 0;

  /** `write` is to compress and store a piece of text as a gzip member of its own. */
  constructor(write: (json: string) => void) {
    this.#write = write;
  }

  /** The next bytes that no file of the layer holds. */
  segment(bytes: Bytes): void {
    for (let rest = bytes; rest.length > 0;) {
      const part = rest.subarray(0, BATCH - this.#segmentLength);
      this.#makeRoom(part.length);
      this.#segment.set(part, this.#segmentLength);
      this.#segmentLength += part.length;
      rest = rest.subarray(part.length);
      if (this.#segmentLength === BATCH) this.#endSegment();
    }
  }

  #makeRoom(length: number): void {
    const needed = this.#segmentLength + length;
    if (needed <= this.#segment.length) return;
    const larger = new Uint8Array(Math.min(BATCH, Math.max(needed, this.#segment.length * 2)));
    larger.set(this.#segment.subarray(0, this.#segmentLength));
    this.#segment = larger;
  }

  #endSegment(): void {
    if (this.#segmentLength === 0) return;
    const payload = this.#segment.subarray(0, this.#segmentLength).toBase64();
    this.#line(`{"type":2,"payload":"${payload}","position":${this.#position}}\n`);
    this.#segmentLength = 0;
  }

  /** An entry begins whose next `size` bytes are in the file of its name. Zero for what is no file. */
  beginFile(name: string, size: number): void {
    this.#endSegment();
    this.#name = name;
    this.#size = size;
    this.#crc.reset();
  }

  /** The next bytes of the file's content. */
  content(bytes: Bytes): void {
    this.#crc.update(bytes);
  }

  /** The file is complete. */
  finishFile(): void {
    const name = this.#name.isWellFormed()
      ? `"name":${JSON.stringify(this.#name)}`
      : `"name_raw":"${encodeName(this.#name).toBase64()}"`;
    const content = this.#size > 0
      ? `"size":${this.#size},"payload":"${this.#crc.digest().toBase64()}"`
      : `"payload":null`;
    this.#line(`{"type":1,${name},${content},"position":${this.#position}}\n`);
  }

  /** The archive is complete. Something is written in any case: an empty file would be no gzip file. */
  end(): void {
    this.#endSegment();
    this.#flush();
  }

  #line(line: string): void {
    this.#position++;
    this.#lines.push(line);
    this.#lineLength += line.length;
    if (this.#lineLength >= BATCH) this.#flush();
  }

  #flush(): void {
    this.#write(this.#lines.join(""));
    this.#lines = [];
    this.#lineLength = 0;
  }
}

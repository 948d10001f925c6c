/** Reads an archive entry by entry: the reader that is pushed, turned into one that is pulled. */

import type { ByteSource } from "../layer/source.ts";
import type { TarHeader } from "../layer/tar/header.ts";
import { TarReader } from "../layer/tar/reader.ts";

type Bytes = Uint8Array<ArrayBuffer>;

export interface TarEntry {
  readonly header: TarHeader;
  /** Can be read until the next entry is asked for; what is left of it then is skipped. */
  readonly content: ByteSource;
}

/** The entries of a tar archive. Throws ArchiveError for one that is malformed or incomplete. */
export async function* readEntries(source: ByteSource): AsyncGenerator<TarEntry> {
  const events = new EventReader(source);
  for (let event = await events.next(); event !== undefined; event = await events.next()) {
    if (event.kind === "begin") yield { header: event.header, content: contentFrom(events) };
  }
}

async function* contentFrom(events: EventReader): ByteSource {
  for (let event = await events.next(); event?.kind === "content"; event = await events.next()) {
    yield event.bytes;
  }
}

type Event =
  | { readonly kind: "begin"; readonly header: TarHeader }
  | { readonly kind: "content"; readonly bytes: Bytes }
  | { readonly kind: "finish" };

/** What a TarReader finds in one chunk is handed out before the next chunk is read, so its bytes are still there. */
class EventReader {
  private readonly source: AsyncIterator<Bytes>;
  private readonly reader: TarReader;
  private events: Event[] = [];
  private at = 0;
  private failure: { readonly error: unknown } | undefined;

  constructor(source: ByteSource) {
    this.source = source[Symbol.asyncIterator]();
    this.reader = new TarReader({
      raw() {},
      begin: (header) => this.events.push({ kind: "begin", header }),
      content: (bytes) => this.events.push({ kind: "content", bytes }),
      finish: () => this.events.push({ kind: "finish" }),
    });
  }

  /** The next event, undefined after the last. An error is thrown again whenever one more is asked for. */
  async next(): Promise<Event | undefined> {
    if (this.failure !== undefined) throw this.failure.error;
    try {
      while (this.at === this.events.length) {
        this.events = [];
        this.at = 0;
        const { value, done } = await this.source.next();
        if (done) {
          this.reader.end();
          return undefined;
        }
        this.reader.write(value);
      }
    } catch (error) {
      this.failure = { error };
      throw error;
    }
    return this.events[this.at++];
  }
}

/** Printing the records of a log: as many as there are in one write, each on the stream that it came from. */

import type { StreamName } from "../runtime/container/streams.ts";
import type { LogsReceiver } from "../runtime/container/log/read_logs.ts";
import type { LogRecord } from "../runtime/container/log/record.ts";
import { writeCompletely, writeOut } from "./cli/output.ts";

export interface LogPrinterOptions {
  /** Put the time before each record. */
  readonly timestamps: boolean;
  /** Put labels and variables before each record, as its container's log options ask for. */
  readonly details: boolean;
}

const BUFFER_SIZE = 128 << 10;
const encoder = new TextEncoder();

export class LogPrinter implements LogsReceiver {
  private buffer = new Uint8Array(BUFFER_SIZE);
  private length = 0;
  private stream: StreamName = "stdout";
  private readonly prefixed: boolean;

  constructor(private readonly options: LogPrinterOptions) {
    this.prefixed = options.timestamps || options.details;
  }

  record(record: LogRecord): boolean {
    if (record.stream !== this.stream) {
      this.pause();
      this.stream = record.stream;
    }
    if (this.prefixed) this.add(this.prefixOf(record));
    this.makeRoom(record.textRoom);
    this.length = record.copyText(this.buffer, this.length);
    return true;
  }

  pause(): void {
    const bytes = this.buffer.subarray(0, this.length);
    this.length = 0;
    if (bytes.length === 0) return;
    if (this.stream === "stdout") writeOut(bytes);
    else writeCompletely(Deno.stderr, bytes);
  }

  private add(text: string): void {
    const LONGEST_CHARACTER = 3;
    this.makeRoom(text.length * LONGEST_CHARACTER);
    this.length += encoder.encodeInto(text, this.buffer.subarray(this.length)).written;
  }

  private makeRoom(room: number): void {
    if (this.length + room <= this.buffer.length) return;
    this.pause();
    if (room > this.buffer.length) this.buffer = new Uint8Array(room);
  }

  private prefixOf(record: LogRecord): string {
    const { timestamps, details } = this.options;
    return (timestamps ? `${record.time} ` : "") +
      (details ? `${describe(record.attributes)} ` : "");
  }
}

/** As in the query of a URL. */
function describe(attributes: Readonly<Record<string, string>>): string {
  return Object.entries(attributes)
    .map(([name, value]) => `${escapeQuery(name)}=${escapeQuery(value)}`)
    .sort().join(",");
}

/** Go's url.QueryEscape. */
function escapeQuery(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replaceAll("%20", "+").replace(
    /[!'()*]/g,
    (character) => "%" + character.charCodeAt(0).toString(16).toUpperCase(),
  );
}

/** A log in a directory of its own. */

import {
  JsonFileLog,
  type JsonFileSettings,
} from "../../../../../runtime/container/log/json_file_log.ts";
import type { LogJournal } from "../../../../../runtime/container/log/journal.ts";
import type { StreamName } from "../../../../../runtime/container/streams.ts";
import { LogReader } from "../../../../../runtime/container/log/log_reader.ts";

export const unbounded: JsonFileSettings = { maxSize: Infinity, maxFiles: 1, attributes: {} };

export interface Read {
  readonly stream: StreamName;
  readonly bytes: Uint8Array;
  readonly text: string;
  readonly time: string;
  readonly attributes: Readonly<Record<string, string>>;
}

export class TestLog {
  private constructor(private readonly directory: string) {}

  static async with(test: (log: TestLog) => void | Promise<void>): Promise<void> {
    const directory = await Deno.makeTempDir({ prefix: "box-log-" });
    try {
      await test(new TestLog(directory));
    } finally {
      await Deno.remove(directory, { recursive: true });
    }
  }

  get path(): string {
    return `${this.directory}/x-json.log`;
  }

  open(settings: Partial<JsonFileSettings> = {}, journal?: LogJournal): JsonFileLog {
    return new JsonFileLog(this.path, { ...unbounded, ...settings }, journal);
  }

  /** Writes these and closes the log. */
  write(chunks: readonly (string | Uint8Array)[], settings: Partial<JsonFileSettings> = {}): void {
    const log = this.open(settings);
    for (const chunk of chunks) log.write("stdout", bytesOf(chunk));
    log.close();
  }

  /** Names of its files, sorted. */
  files(): string[] {
    return [...Deno.readDirSync(this.directory)].map(({ name }) => name).sort();
  }

  lines(suffix = ""): string[] {
    return Deno.readTextFileSync(this.path + suffix).split("\n").slice(0, -1);
  }

  reader(tail?: number): LogReader {
    return LogReader.open(this.path, tail);
  }

  read(tail?: number): Read[] {
    using reader = this.reader(tail);
    return readOn(reader);
  }
}

/** What a reader has not read yet. */
export function readOn(reader: LogReader): Read[] {
  const records: Read[] = [];
  reader.read((record) => {
    const bytes = new Uint8Array(record.textRoom);
    const text = bytes.subarray(0, record.copyText(bytes, 0));
    const { stream, time, attributes } = record;
    records.push({ stream, bytes: text, text: new TextDecoder().decode(text), time, attributes });
    return true;
  });
  return records;
}

export function bytesOf(chunk: string | Uint8Array): Uint8Array {
  return typeof chunk === "string" ? new TextEncoder().encode(chunk) : chunk;
}

export function concatenated(records: readonly Read[]): Uint8Array {
  return new Uint8Array(records.flatMap(({ bytes }) => [...bytes]));
}

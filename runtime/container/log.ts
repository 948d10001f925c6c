/** The json-file log: a JSON object a line, `{"log":"text\n","stream":"stdout","time":"..."}`. */

import { AT, O } from "../../ffi/constants.ts";
import { SystemError } from "../../ffi/errno.ts";
import { close, openAt, setSizeOfFd, writeAll } from "../../ffi/file.ts";
import { statAt } from "../../ffi/stat.ts";
import { goJson } from "../../storage/json.ts";
import type { ContainerFile, HostConfig } from "../../storage/container/config.ts";
import { containerPath } from "../../storage/container/container_store.ts";
import type { Store } from "../../storage/store.ts";
import { now } from "../../storage/time.ts";
import type { StreamName } from "./streams.ts";

/** Where the output of a container goes besides to those who are attached to it. */
export interface ContainerLog {
  write(stream: StreamName, chunk: Uint8Array): void;
  /** Writes what came without a newline, and closes the log. */
  close(): void;
  /** Why something is missing in it, if that is so: a full disk must not end the container. */
  readonly failure: SystemError | undefined;
}

/** The log that a container is configured to have. */
export function openLog(
  store: Store,
  container: ContainerFile,
  { LogConfig }: HostConfig,
): ContainerLog {
  if (LogConfig.Type === "none") return { write() {}, close() {}, failure: undefined };
  return new JsonFileLog(`${containerPath(store, container.ID)}/${container.ID}-json.log`);
}

/** Docker cuts longer lines; an entry without a newline at its end goes on in the next. Bytes. */
const LONGEST_ENTRY = 16384;
const NEWLINE = 10;

const encoder = new TextEncoder();

export class JsonFileLog implements ContainerLog {
  failure: SystemError | undefined;
  private readonly fd: number;
  /** Bytes in the file. */
  private size: number;
  /** The beginning of a line whose end has not come yet. */
  private readonly pending: Record<StreamName, Uint8Array[]> = { stdout: [], stderr: [] };
  private readonly decoder = new TextDecoder();

  constructor(private readonly path: string) {
    this.fd = openAt(AT.FDCWD, path, O.WRONLY | O.CREAT | O.APPEND, 0o640);
    this.size = statAt(this.fd, "").size;
  }

  write(stream: StreamName, chunk: Uint8Array): void {
    const time = now();
    let text = "";
    for (let start = 0; start < chunk.length;) {
      const room = LONGEST_ENTRY - lengthOf(this.pending[stream]);
      const newline = chunk.indexOf(NEWLINE, start);
      const end = Math.min(newline < 0 ? chunk.length : newline + 1, start + room);
      this.pending[stream].push(chunk.slice(start, end));
      if (end === newline + 1 || end === start + room) text += this.entry(stream, time);
      start = end;
    }
    if (text) this.append(text);
  }

  close(): void {
    const rest = (["stdout", "stderr"] as const)
      .filter((stream) => this.pending[stream].length > 0)
      .map((stream) => this.entry(stream, now())).join("");
    if (rest) this.append(rest);
    close(this.fd);
  }

  /** Adds whole entries, or none of them: half a line would spoil the next one. */
  private append(text: string): void {
    const bytes = encoder.encode(text);
    try {
      writeAll(this.fd, bytes);
      this.size += bytes.length;
    } catch (error) {
      if (!(error instanceof SystemError)) throw error;
      this.failure ??= new SystemError("write", this.path, error.errno);
      setSizeOfFd(this.fd, this.size);
    }
  }

  private entry(stream: StreamName, time: string): string {
    const log = this.decoder.decode(concatenate(this.pending[stream]));
    this.pending[stream] = [];
    return goJson({ log, stream, time }) + "\n";
  }
}

function lengthOf(chunks: readonly Uint8Array[]): number {
  return chunks.reduce((sum, chunk) => sum + chunk.length, 0);
}

function concatenate(chunks: readonly Uint8Array[]): Uint8Array {
  if (chunks.length === 1) return chunks[0];
  const whole = new Uint8Array(lengthOf(chunks));
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}

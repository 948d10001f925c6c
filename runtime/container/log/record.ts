/** One record of a json-file log, read where it lies: 100,000 of them a second must not be made objects of. */

import { goJson } from "../../../storage/json.ts";
import { inUtc, ZERO_TIME } from "../../../storage/time.ts";
import type { Attributes } from "./attributes.ts";
import type { StreamName } from "../streams.ts";
import { endOfString, unescapeString } from "./json_text.ts";

const encoder = new TextEncoder(), decoder = new TextDecoder();
const HEAD = encoder.encode('{"log":"');
const STDOUT = encoder.encode('","stream":"stdout",');
const STDERR = encoder.encode('","stream":"stderr",');
const ATTRS = encoder.encode('"attrs":');
const TIME = encoder.encode('"time":"');
const END = encoder.encode('"}');

/** A view of a line in a buffer: valid until the buffer changes, or the next line is looked at. */
export class LogRecord {
  stream: StreamName = "stdout";
  private source: Uint8Array = HEAD;
  private textStart = 0;
  private textEnd = 0;
  private attributesStart = 0;
  private attributesEnd = 0;
  private timeStart = 0;
  private timeEnd = 0;
  /** Up to its closing quote: many records in a row have the same. */
  private lastTime = { bytes: encoder.encode('"'), text: inNineDigits(ZERO_TIME) };

  /** Bytes of text at most. */
  get textRoom(): number {
    return this.textEnd - this.textStart;
  }

  /** Writes the text at a place in `target`; returns the place after it. */
  copyText(target: Uint8Array, at: number): number {
    return unescapeString(this.source, this.textStart, this.textEnd, target, at);
  }

  /** When it was written: RFC 3339 in UTC with all nine digits of a second, so that it can be compared as a text. */
  get time(): string {
    if (!startsWith(this.source, this.timeStart, this.lastTime.bytes)) {
      const bytes = this.source.slice(this.timeStart, this.timeEnd + 1);
      this.lastTime = { bytes, text: inNineDigits(decoder.decode(bytes.subarray(0, -1))) };
    }
    return this.lastTime.text;
  }

  get attributes(): Attributes {
    if (this.attributesStart === this.attributesEnd) return {};
    const json = this.source.subarray(this.attributesStart, this.attributesEnd);
    return JSON.parse(decoder.decode(json));
  }

  /** Looks at a line without its newline. False for what is no record, as a writer that was killed may leave it. */
  view(source: Uint8Array, start: number, end: number): boolean {
    return this.viewUsual(source, start, end) || this.viewAny(source.subarray(start, end));
  }

  /** The form in which docker and box write records. */
  private viewUsual(source: Uint8Array, start: number, end: number): boolean {
    if (!startsWith(source, start, HEAD)) return false;
    const textStart = start + HEAD.length, textEnd = endOfString(source, textStart, end);
    if (textEnd < 0) return false;
    this.stream = startsWith(source, textEnd, STDOUT) ? "stdout" : "stderr";
    if (this.stream === "stderr" && !startsWith(source, textEnd, STDERR)) return false;
    let at = textEnd + STDOUT.length;
    this.attributesStart = this.attributesEnd = at;
    if (startsWith(source, at, ATTRS)) {
      this.attributesStart = at + ATTRS.length;
      this.attributesEnd = endOfObject(source, this.attributesStart, end);
      if (this.attributesEnd < 0) return false;
      at = this.attributesEnd + 1;
    }
    if (!startsWith(source, at, TIME)) return false;
    this.timeStart = at + TIME.length;
    this.timeEnd = end - END.length;
    if (this.timeEnd <= this.timeStart || !startsWith(source, this.timeEnd, END)) return false;
    this.source = source;
    this.textStart = textStart;
    this.textEnd = textEnd;
    return true;
  }

  /** Whatever else is JSON: what is missing in it is empty. */
  private viewAny(line: Uint8Array): boolean {
    let value: unknown;
    try {
      value = JSON.parse(decoder.decode(line));
    } catch {
      return false;
    }
    if (typeof value !== "object" || value === null) return false;
    const { log, stream, attrs, time } = value as Record<string, unknown>;
    if (typeof log !== "string" || typeof time !== "string") return false;
    const usual = encoder.encode(goJson({
      log,
      stream: stream === "stderr" ? stream : "stdout",
      ...typeof attrs === "object" && attrs !== null && { attrs },
      time,
    }));
    return this.viewUsual(usual, 0, usual.length);
  }
}

function startsWith(source: Uint8Array, at: number, wanted: Uint8Array): boolean {
  for (let i = 0; i < wanted.length; i++) if (source[at + i] !== wanted[i]) return false;
  return true;
}

/** The place after the brace that closes an object of strings, or -1. */
function endOfObject(source: Uint8Array, start: number, end: number): number {
  const QUOTE = 34, CLOSING_BRACE = 125;
  for (let at = start; at >= 0 && at < end; at++) {
    if (source[at] === CLOSING_BRACE) return at + 1;
    if (source[at] === QUOTE) {
      at = endOfString(source, at + 1, end);
      if (at < 0) return -1;
    }
  }
  return -1;
}

/** A time as docker writes it, without the zeros at the end of its fraction, with them. */
function inNineDigits(time: string): string {
  const WHOLE = "2026-11-21T12:00:00".length;
  const utc = time.endsWith("Z") ? time : inUtc(time);
  return `${utc.slice(0, WHOLE)}.${utc.slice(WHOLE + 1, -1).padEnd(9, "0")}Z`;
}

/** What a writer of a json-file log that was killed has left in its file. */

import { pread } from "../../../ffi/file.ts";
import type { Positions } from "./journal.ts";
import { LogFile } from "./log_file.ts";

const NEWLINE = 10;

/** Where the last whole record ends: a writer that was killed may have left half of one, which no reader has taken. */
export function endOfRecords(fd: number, size: number): number {
  const block = new Uint8Array(size > 0 ? 65536 : 0);
  for (let end = size; end > 0;) {
    const start = Math.max(0, end - block.length);
    const newline = block.subarray(0, pread(fd, block.subarray(0, end - start), start))
      .lastIndexOf(NEWLINE);
    if (newline >= 0) return start + newline + 1;
    end = start;
  }
  return 0;
}

/** Adds the bytes of all records behind a place of a log's file. */
export function addRecords(path: string, from: number, recorded: Positions): void {
  using file = LogFile.open(path, 0);
  if (file === undefined) return;
  let text = new Uint8Array();
  file.position = from;
  file.read((record) => {
    const { stream, textRoom } = record;
    if (text.length < textRoom) text = new Uint8Array(textRoom * 2);
    recorded[stream] += record.copyText(text, 0);
    return true;
  });
}

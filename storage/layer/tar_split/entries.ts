/** Reads tar-split.json.gz, whether box or docker wrote it. */

import { decodeName } from "../../../ffi/cstring.ts";
import { seek } from "../../../ffi/file.ts";
import { CorruptStoreError } from "../../errors.ts";
import { ArchiveError } from "../archive_error.ts";
import { gunzip } from "../compression/gzip.ts";
import { fileSource } from "../source.ts";

export type TarSplitEntry =
  | { readonly type: "segment"; readonly bytes: Uint8Array<ArrayBuffer> }
  | {
    readonly type: "file";
    /** As it stands in the archive. */
    readonly name: string;
    /** Bytes of content; the file of this name holds them. */
    readonly size: number;
    /** CRC-64 of the content; undefined without content. */
    readonly checksum?: Uint8Array<ArrayBuffer>;
  };

/** A line as docker writes it. Numbers: 1 is a file, 2 a segment. */
interface Line {
  type: number;
  name?: string;
  name_raw?: string;
  size?: number;
  payload: string | null;
}

/** Docker has the headers of an entry in one line; names and attributes of some MB are far from anything real. */
const MAX_LINE_LENGTH = 1 << 26;

/** All entries from the start of the file, as they become known, a few hundred at a time. */
export async function* readTarSplit(fd: number): AsyncGenerator<TarSplitEntry[]> {
  seek(fd, 0);
  const decoder = new TextDecoder();
  let rest = "";
  try {
    for await (const chunk of gunzip(fileSource(fd))) {
      const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
      rest = lines.pop()!;
      if (rest.length > MAX_LINE_LENGTH) throw damaged("a line is too long");
      yield lines.map(parseLine);
    }
  } catch (error) {
    throw error instanceof ArchiveError ? damaged(error.message) : error;
  }
  if (rest !== "") yield [parseLine(rest)];
}

function parseLine(text: string): TarSplitEntry {
  try {
    const line: Line = JSON.parse(text);
    const payload = Uint8Array.fromBase64(line.payload ?? "");
    if (line.type === 2) return { type: "segment", bytes: payload };
    const name = line.name_raw === undefined
      ? line.name
      : decodeName(Uint8Array.fromBase64(line.name_raw));
    const { size = 0 } = line;
    if (line.type === 1 && typeof name === "string" && Number.isSafeInteger(size) && size >= 0) {
      return { type: "file", name, size, checksum: size > 0 ? payload : undefined };
    }
  } catch {
    // Falls through to the one error that there is.
  }
  throw damaged(`unexpected line ${JSON.stringify(text.slice(0, 60))}`);
}

function damaged(reason: string): CorruptStoreError {
  return new CorruptStoreError(`tar-split.json.gz is damaged: ${reason}`);
}

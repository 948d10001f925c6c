/**
 * What an ELF file needs to be run: its interpreter and libraries. Source: elf(5), ld.so(8). Only 64-bit little-endian
 * files are read, which is what the machines are that box runs on.
 */

import { decodeName } from "../../ffi/cstring.ts";
import { pread } from "../../ffi/file.ts";
import { InvalidError } from "../../storage/errors.ts";

export interface ElfFile {
  /** EM_* */
  readonly machine: number;
  /** The program that loads this one, such as /lib64/ld-linux-x86-64.so.2; libraries and static programs have none. */
  readonly interpreter?: string;
  /** Names of libraries, or paths if there is a slash in them. */
  readonly needed: readonly string[];
  /** Where to look for them: DT_RPATH also counts for the libraries' own needs, DT_RUNPATH does not. */
  readonly rpath: readonly string[];
  readonly runpath: readonly string[];
}

/** The machine that box runs on: e_machine. */
export const HOST_MACHINE = Deno.build.arch === "aarch64" ? 183 : 62;

const MAGIC = 0x7f454c46;
const CLASS_64 = 2;
const LITTLE_ENDIAN = 1;
const HEADER_SIZE = 64;
const PROGRAM_HEADER_SIZE = 56;

const PT = { LOAD: 1, DYNAMIC: 2, INTERP: 3 } as const;
const DT = { NULL: 0, NEEDED: 1, STRTAB: 5, RPATH: 15, RUNPATH: 29 } as const;

/** Far above what real files have: bounds for damaged ones. Counts and bytes. */
const MAX_PROGRAM_HEADERS = 1024;
const MAX_DYNAMIC_SIZE = 1 << 20;
const MAX_STRING = 4096;

/** A part of the file and where it lies in memory. All in bytes. */
interface Segment {
  readonly type: number;
  readonly offset: number;
  readonly address: number;
  readonly size: number;
}

/** Reads an open file; undefined if it is no ELF file of a kind that is known here. Throws InvalidError if it is damaged. */
export function readElf(fd: number): ElfFile | undefined {
  const header = new DataView(new ArrayBuffer(HEADER_SIZE));
  if (pread(fd, new Uint8Array(header.buffer), 0) < HEADER_SIZE) return undefined;
  if (header.getUint32(0) !== MAGIC) return undefined;
  if (header.getUint8(4) !== CLASS_64 || header.getUint8(5) !== LITTLE_ENDIAN) return undefined;
  const segments = readSegments(fd, header);
  const interpreter = segments.find((segment) => segment.type === PT.INTERP);
  return {
    machine: header.getUint16(18, true),
    ...(interpreter && { interpreter: readString(fd, interpreter.offset) }),
    ...readDynamicSection(fd, segments),
  };
}

function readSegments(fd: number, header: DataView): Segment[] {
  const start = Number(header.getBigUint64(32, true));
  const size = header.getUint16(54, true), count = header.getUint16(56, true);
  if (count === 0) return [];
  if (size < PROGRAM_HEADER_SIZE || count > MAX_PROGRAM_HEADERS) throw damaged();
  const table = readExactly(fd, start, size * count);
  return Array.from({ length: count }, (_, index) => {
    const at = index * size;
    return {
      type: table.getUint32(at, true),
      offset: Number(table.getBigUint64(at + 8, true)),
      address: Number(table.getBigUint64(at + 16, true)),
      size: Number(table.getBigUint64(at + 32, true)),
    };
  });
}

function readDynamicSection(
  fd: number,
  segments: readonly Segment[],
): Pick<ElfFile, "needed" | "rpath" | "runpath"> {
  const dynamic = segments.find((segment) => segment.type === PT.DYNAMIC);
  if (dynamic === undefined) return { needed: [], rpath: [], runpath: [] };
  if (dynamic.size > MAX_DYNAMIC_SIZE) throw damaged();
  const table = readExactly(fd, dynamic.offset, dynamic.size), values: [number, number][] = [];
  for (let at = 0; at + 16 <= dynamic.size; at += 16) {
    const tag = Number(table.getBigInt64(at, true));
    if (tag === DT.NULL) break;
    values.push([tag, Number(table.getBigUint64(at + 8, true))]);
  }
  const strings = values.find(([tag]) => tag === DT.STRTAB)?.[1];
  const textsOf = (wanted: number) =>
    values.filter(([tag]) => tag === wanted).map(([, offset]) => {
      if (strings === undefined) throw damaged();
      return readString(fd, offsetOf(strings + offset, segments));
    });
  const pathsOf = (wanted: number) =>
    textsOf(wanted).flatMap((text) => text.split(":")).filter((path) => path !== "");
  return { needed: textsOf(DT.NEEDED), rpath: pathsOf(DT.RPATH), runpath: pathsOf(DT.RUNPATH) };
}

/** Where in the file the bytes for this address are. */
function offsetOf(address: number, segments: readonly Segment[]): number {
  const segment = segments.find(({ type, address: start, size }) =>
    type === PT.LOAD && address >= start && address < start + size
  );
  if (segment === undefined) throw damaged();
  return segment.offset + address - segment.address;
}

function readString(fd: number, offset: number): string {
  const bytes = new Uint8Array(MAX_STRING);
  const length = readUpTo(fd, offset, bytes), end = bytes.subarray(0, length).indexOf(0);
  if (end < 0) throw damaged();
  return decodeName(bytes.subarray(0, end));
}

function readExactly(fd: number, offset: number, length: number): DataView {
  const bytes = new Uint8Array(length);
  if (readUpTo(fd, offset, bytes) < length) throw damaged();
  return new DataView(bytes.buffer);
}

function readUpTo(fd: number, offset: number, bytes: Uint8Array<ArrayBuffer>): number {
  if (!Number.isSafeInteger(offset)) throw damaged();
  return pread(fd, bytes, offset);
}

function damaged(): InvalidError {
  return new InvalidError("damaged ELF file");
}

/** Writing ELF files: elf(5), 64 bits, little-endian, without section headers. */

import type { Architecture } from "./syscalls.ts";

export const ET = { EXEC: 2, DYN: 3 } as const;
export const PT = { LOAD: 1, DYNAMIC: 2, GNU_STACK: 0x6474e551 } as const;
export const PF = { X: 1, W: 2, R: 4 } as const;

const EM: Record<Architecture, number> = { x86_64: 62, aarch64: 183 };

/** The largest page that a kernel for these machines has; address and offset of a segment agree modulo this. */
export const LARGEST_PAGE = 0x10000;

const HEADER_SIZE = 64, SEGMENT_SIZE = 56;

export interface Segment {
  /** PT.* */
  readonly type: number;
  /** PF.* */
  readonly flags: number;
  readonly offset: number;
  readonly address: number;
  readonly size: number;
}

export interface ElfHeader {
  /** ET.* */
  readonly type: number;
  readonly architecture: Architecture;
  /** Address of the first instruction; 0 for a library. */
  readonly entry: number;
  readonly segments: readonly Segment[];
}

/** Writes the headers at the beginning of a file; returns where they end. */
export function writeElfHeader(view: DataView, header: ElfHeader): number {
  const identification = [0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]; // "\x7fELF", 64 bits, little-endian, version 1
  identification.forEach((byte, at) => view.setUint8(at, byte));
  view.setUint16(16, header.type, true);
  view.setUint16(18, EM[header.architecture], true);
  view.setUint32(20, 1, true); // version
  view.setBigUint64(24, BigInt(header.entry), true);
  view.setBigUint64(32, BigInt(HEADER_SIZE), true); // program headers
  view.setUint16(52, HEADER_SIZE, true);
  view.setUint16(54, SEGMENT_SIZE, true);
  view.setUint16(56, header.segments.length, true);
  header.segments.forEach((segment, i) =>
    writeSegment(view, HEADER_SIZE + i * SEGMENT_SIZE, segment)
  );
  return HEADER_SIZE + header.segments.length * SEGMENT_SIZE;
}

function writeSegment(view: DataView, at: number, segment: Segment): void {
  const { type, flags, offset, address, size } = segment;
  view.setUint32(at, type, true);
  view.setUint32(at + 4, flags, true);
  const alignment = type === PT.LOAD ? LARGEST_PAGE : 16;
  [offset, address, address, size, size, alignment].forEach((value, i) =>
    view.setBigUint64(at + 8 + 8 * i, BigInt(value), true)
  );
}

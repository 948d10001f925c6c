/** A spawn program as an executable of its own: elf(5), static, no section headers. */

import type { Architecture } from "../syscalls.ts";
import { encode } from "./encode.ts";
import type { SpawnProgram } from "./program.ts";
import { stubCode } from "./stub.ts";

const EM: Record<Architecture, number> = { x86_64: 62, aarch64: 183 };
const ET_EXEC = 2;
const PT_LOAD = 1, PT_GNU_STACK = 0x6474e551;
const PF_X = 1, PF_W = 2, PF_R = 4;

const HEADER_SIZE = 64, SEGMENT_SIZE = 56, SEGMENTS = 3;
const CODE_OFFSET = 256; // behind the headers
const CODE_ADDRESS = 0x400000;
const DATA_OFFSET = 0x1000;
/** The largest page that a kernel for these machines has; address and offset of a segment agree modulo this. */
const ALIGNMENT = 0x10000;
const DATA_ADDRESS = CODE_ADDRESS + ALIGNMENT + DATA_OFFSET;

/** The bytes of an executable file that works through the program. */
export function elfExecutable(
  program: SpawnProgram,
  architecture: Architecture = Deno.build.arch,
): Uint8Array<ArrayBuffer> {
  const data = encode(program, architecture).relocate(DATA_ADDRESS);
  const code = [...enter(architecture), ...stubCode(architecture)];
  const file = new Uint8Array(DATA_OFFSET + data.length), view = new DataView(file.buffer);
  writeHeader(view, architecture);
  const codeSize = CODE_OFFSET + code.length;
  writeSegment(view, 0, PT_LOAD, PF_R | PF_X, 0, CODE_ADDRESS, codeSize);
  writeSegment(view, 1, PT_LOAD, PF_R | PF_W, DATA_OFFSET, DATA_ADDRESS, data.length);
  writeSegment(view, 2, PT_GNU_STACK, PF_R | PF_W, 0, 0, 0);
  file.set(code, CODE_OFFSET);
  file.set(data, DATA_OFFSET);
  return file;
}

/** The instructions that hand the stub, which follows them, its argument. */
function enter(architecture: Architecture): Uint8Array {
  if (architecture === "x86_64") {
    const code = new Uint8Array([0xbf, 0, 0, 0, 0]); // mov edi, DATA_ADDRESS
    new DataView(code.buffer).setUint32(1, DATA_ADDRESS, true);
    return code;
  }
  const code = new Uint32Array([
    0xd2800000 | (DATA_ADDRESS & 0xffff) << 5, // mov x0, #low half
    0xf2a00000 | (DATA_ADDRESS >>> 16) << 5, //   movk x0, #high half, lsl #16
  ]);
  return new Uint8Array(code.buffer);
}

function writeHeader(view: DataView, architecture: Architecture): void {
  const identification = [0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]; // "\x7fELF", 64 bits, little-endian, version 1
  identification.forEach((byte, at) => view.setUint8(at, byte));
  view.setUint16(16, ET_EXEC, true);
  view.setUint16(18, EM[architecture], true);
  view.setUint32(20, 1, true); // version
  view.setBigUint64(24, BigInt(CODE_ADDRESS + CODE_OFFSET), true); // entry
  view.setBigUint64(32, BigInt(HEADER_SIZE), true); // program headers
  view.setUint16(52, HEADER_SIZE, true);
  view.setUint16(54, SEGMENT_SIZE, true);
  view.setUint16(56, SEGMENTS, true);
}

function writeSegment(
  view: DataView,
  index: number,
  type: number,
  flags: number,
  offset: number,
  address: number,
  size: number,
): void {
  const at = HEADER_SIZE + index * SEGMENT_SIZE;
  view.setUint32(at, type, true);
  view.setUint32(at + 4, flags, true);
  [offset, address, address, size, size, ALIGNMENT].forEach((value, i) =>
    view.setBigUint64(at + 8 + 8 * i, BigInt(value), true)
  );
}

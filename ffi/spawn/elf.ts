/** A spawn program as an executable of its own: static. */

import { ET, LARGEST_PAGE, PF, PT, writeElfHeader } from "../elf.ts";
import type { Architecture } from "../syscalls.ts";
import { encode } from "./encode.ts";
import type { SpawnProgram, Step } from "./program.ts";
import { stubCode } from "./stub.ts";

const CODE_OFFSET = 256; // behind the headers
const CODE_ADDRESS = 0x400000;
const DATA_OFFSET = 0x1000;
const DATA_ADDRESS = CODE_ADDRESS + LARGEST_PAGE + DATA_OFFSET;

/** An executable file that works through a program. */
export interface ProgramFile {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The step at this address in its process. */
  stepAt(address: number): Step | undefined;
}

export function programFile(
  program: SpawnProgram,
  architecture: Architecture = Deno.build.arch,
): ProgramFile {
  const image = encode(program, architecture);
  return {
    bytes: elfBytes(image.relocate(DATA_ADDRESS), architecture),
    stepAt: (address) => image.stepAt(address, DATA_ADDRESS),
  };
}

/** The bytes of an executable file that works through the program. */
export function elfExecutable(
  program: SpawnProgram,
  architecture: Architecture = Deno.build.arch,
): Uint8Array<ArrayBuffer> {
  return programFile(program, architecture).bytes;
}

function elfBytes(data: Uint8Array, architecture: Architecture): Uint8Array<ArrayBuffer> {
  const code = [...enter(architecture), ...stubCode(architecture)];
  const file = new Uint8Array(DATA_OFFSET + data.length), view = new DataView(file.buffer);
  const codeSize = CODE_OFFSET + code.length, writable = PF.R | PF.W;
  writeElfHeader(view, {
    type: ET.EXEC,
    architecture,
    entry: CODE_ADDRESS + CODE_OFFSET,
    segments: [
      { type: PT.LOAD, flags: PF.R | PF.X, offset: 0, address: CODE_ADDRESS, size: codeSize },
      {
        type: PT.LOAD,
        flags: writable,
        offset: DATA_OFFSET,
        address: DATA_ADDRESS,
        size: data.length,
      },
      { type: PT.GNU_STACK, flags: writable, offset: 0, address: 0, size: 0 },
    ],
  });
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

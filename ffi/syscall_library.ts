/**
 * A shared library with one function, `long syscall(long number, ...)`, that returns what the kernel returns. It is made in
 * memory: Deno calls nothing but functions of libraries.
 */

import { MFD } from "./constants.ts";
import { ET, LARGEST_PAGE, PF, PT, writeElfHeader } from "./elf.ts";
import { type Architecture, syscallNumber } from "./syscalls.ts";

type Call = (...args: unknown[]) => unknown;

/** The two ways of calling the function; a signature begins with the system call's number, `i32`. */
export interface SyscallLibrary {
  /** Costs nothing to make. */
  throughPointer(signature: Deno.ForeignFunction): Call;
  /** Costs 100 to 200 us to make, a microsecond less for each call. */
  compile(signature: Deno.ForeignFunction): Call;
}

export function loadSyscallLibrary(): SyscallLibrary {
  const path = `/proc/self/fd/${createFile()}`;
  const pointer = pointerTo("syscall", path);
  return {
    throughPointer: (signature) => callable(pointer, signature),
    compile: (signature) => Deno.dlopen(path, { syscall: signature }).symbols.syscall as Call,
  };
}

function pointerTo(name: string, path: string): Deno.PointerObject {
  const { symbols } = Deno.dlopen(path, { [name]: { type: "pointer" } });
  return symbols[name] as Deno.PointerObject;
}

function callable(pointer: Deno.PointerObject, signature: Deno.ForeignFunction): Call {
  const target = new Deno.UnsafeFnPointer(
    pointer as Deno.PointerObject<Deno.ForeignFunction>,
    signature,
  );
  return target.call.bind(target) as Call;
}

/** The library as a file without a name, close-on-exec; it stays open, since it is opened again by its path. */
function createFile(): number {
  const libc = openLibc(), name = new TextEncoder().encode("box-syscall\0");
  const create = callable(libc, { parameters: ["i64", "buffer", "u32"], result: "i32" });
  const number = syscallNumber("memfd_create");
  // Before Linux 6.3 there is no MFD_EXEC: all are executable.
  let fd = create(number, name, MFD.CLOEXEC | MFD.EXEC) as number;
  if (fd < 0) fd = create(number, name, MFD.CLOEXEC) as number;
  const write = callable(libc, { parameters: ["i64", "i32", "buffer", "usize"], result: "i32" });
  const file = libraryFile();
  if (fd < 0 || write(syscallNumber("write"), fd, file, BigInt(file.length)) !== file.length) {
    throw new Error("box cannot make an executable file in memory (memfd_create, vm.memfd_noexec)");
  }
  return fd;
}

/** The C library's own syscall(2), which says only that something failed. */
function openLibc(): Deno.PointerObject {
  try {
    return pointerTo("syscall", "libc.so.6");
  } catch (error) {
    throw new Error("box needs the GNU C library (libc.so.6): " + (error as Error).message);
  }
}

/** The function's machine code: the number, the first argument in C, moves to where the kernel looks for it, and the rest moves up. */
const code: Record<Architecture, () => Uint8Array> = {
  x86_64: () =>
    new Uint8Array([
      ...[0x89, 0xf8], //                   mov eax, edi
      ...[0x48, 0x89, 0xf7], //             mov rdi, rsi
      ...[0x48, 0x89, 0xd6], //             mov rsi, rdx
      ...[0x48, 0x89, 0xca], //             mov rdx, rcx
      ...[0x4d, 0x89, 0xc2], //             mov r10, r8
      ...[0x4d, 0x89, 0xc8], //             mov r8, r9
      ...[0x4c, 0x8b, 0x4c, 0x24, 0x08], // mov r9, [rsp + 8]
      ...[0x0f, 0x05], //                   syscall
      0xc3, //                              ret
    ]),
  aarch64: () =>
    new Uint8Array(
      new Uint32Array([
        0x93407c08, // sxtw x8, w0
        0xaa0103e0, // mov x0, x1
        0xaa0203e1, // mov x1, x2
        0xaa0303e2, // mov x2, x3
        0xaa0403e3, // mov x3, x4
        0xaa0503e4, // mov x4, x5
        0xaa0603e5, // mov x5, x6
        0xd4000001, // svc #0
        0xd65f03c0, // ret
      ]).buffer,
    ),
};

const DT = { NULL: 0, HASH: 4, STRTAB: 5, SYMTAB: 6, STRSZ: 10, SYMENT: 11 };
const SYMBOL_SIZE = 24;
const STB_GLOBAL_STT_FUNC = 0x12;

/** Offsets, and so addresses, of what the first segment holds. */
const HASH = 0x140, SYMBOLS = 0x160, STRINGS = 0x190, CODE = 0x1c0, CODE_END = 0x200;
/** The dynamic section is written to by the C library, and therefore has a segment of its own. */
const DYNAMIC = 0x1000, DYNAMIC_ADDRESS = DYNAMIC + LARGEST_PAGE;

/** The bytes of the library: elf(5), and for its dynamic section the ELF specification, chapter 5. */
export function libraryFile(architecture: Architecture = Deno.build.arch): Uint8Array<ArrayBuffer> {
  const strings = new TextEncoder().encode("\0syscall\0");
  const dynamic = [
    ...[DT.HASH, HASH],
    ...[DT.STRTAB, STRINGS],
    ...[DT.SYMTAB, SYMBOLS],
    ...[DT.STRSZ, strings.length],
    ...[DT.SYMENT, SYMBOL_SIZE],
    ...[DT.NULL, 0],
  ];
  const dynamicSize = 8 * dynamic.length;
  const file = new Uint8Array(DYNAMIC + dynamicSize), view = new DataView(file.buffer);
  const dynamicSegment = {
    flags: PF.R | PF.W,
    offset: DYNAMIC,
    address: DYNAMIC_ADDRESS,
    size: dynamicSize,
  };
  writeElfHeader(view, {
    type: ET.DYN,
    architecture,
    entry: 0,
    segments: [
      { type: PT.LOAD, flags: PF.R | PF.X, offset: 0, address: 0, size: CODE_END },
      { type: PT.LOAD, ...dynamicSegment },
      { type: PT.DYNAMIC, ...dynamicSegment },
      { type: PT.GNU_STACK, flags: PF.R | PF.W, offset: 0, address: 0, size: 0 },
    ],
  });
  const hash = [1, 2, 1, 0, 0]; // one bucket, two symbols; the bucket's first is 1, and none follows it
  hash.forEach((word, i) => view.setUint32(HASH + 4 * i, word, true));
  const symbol = SYMBOLS + SYMBOL_SIZE; // the first is the undefined one
  view.setUint32(symbol, 1, true); // name: offset into the strings
  view.setUint8(symbol + 4, STB_GLOBAL_STT_FUNC);
  view.setUint16(symbol + 6, 1, true); // section: any but "undefined"
  view.setBigUint64(symbol + 8, BigInt(CODE), true);
  view.setBigUint64(symbol + 16, BigInt(CODE_END - CODE), true);
  file.set(strings, STRINGS);
  file.set(code[architecture](), CODE);
  dynamic.forEach((word, i) => view.setBigUint64(DYNAMIC + 8 * i, BigInt(word), true));
  return file;
}

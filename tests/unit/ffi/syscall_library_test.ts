/** System calls as functions: what they return, on both ways of calling, on both machines. */
import { deepEqual, equal } from "node:assert/strict";
import { cstring } from "../../../ffi/cstring.ts";
import { kernel, kernelInPool, readWholeFile } from "../../../ffi/kernel.ts";
import { ET, PF, PT, writeElfHeader } from "../../../ffi/elf.ts";
import { libraryFile } from "../../../ffi/syscall_library/library_file.ts";
import { program as needsProgram } from "../../e2e/harness/needs.ts";
import { testWith } from "./spawn/helpers.ts";

const ENOENT = 2, EBADF = 9, EISDIR = 21;

Deno.test("a failed call returns its negative errno, however often it is called", () => {
  const path = cstring("/no/such/file");
  for (let i = 0; i < 1000; i++) {
    equal(kernel.close(-1), -EBADF);
    equal(kernel.openat(-100, path, 0, 0), -ENOENT);
    equal(kernel.lseek(-1, 0n, 0), BigInt(-EBADF));
  }
});

Deno.test("errno is the call's, whatever the runtime does at the same time", () => {
  const path = cstring("/no/such/file"), garbage: unknown[] = [];
  for (let i = 0; i < 50_000; i++) {
    garbage[i % 100] = new Uint8Array(1000);
    if (kernel.openat(-100, path, 0, 0) !== -ENOENT) throw new Error(`call ${i}`);
  }
});

Deno.test("calls of up to six arguments arrive whole", () => {
  const PROT_READ_WRITE = 3, MAP_PRIVATE_ANONYMOUS = 0x22, EINVAL = 22;
  const address = kernel.mmap(null, 65536n, PROT_READ_WRITE, MAP_PRIVATE_ANONYMOUS, -1, 0n);
  equal(kernel.munmap(Deno.UnsafePointer.create(address), 65536n), 0);
  const crookedOffset = 1n;
  equal(
    kernel.mmap(null, 65536n, PROT_READ_WRITE, MAP_PRIVATE_ANONYMOUS, -1, crookedOffset),
    BigInt(-EINVAL),
  );
});

Deno.test("a call in the pool resolves with the same", async () => {
  equal(await kernelInPool.read(-1, new Uint8Array(1), 1n), -EBADF);
});

/** How many descriptors of this process, other tests' included, are of the file. */
function descriptorsOf(path: string): number {
  return [...Deno.readDirSync("/proc/self/fd")].filter(({ name }) => {
    try {
      return Deno.readLinkSync(`/proc/self/fd/${name}`) === path;
    } catch {
      return false; // closed meanwhile
    }
  }).length;
}

Deno.test("a file is read in one call, as far as there is room, however often", () => {
  const path = Deno.makeTempFileSync();
  try {
    Deno.writeTextFileSync(path, "0123456789");
    const buffer = new Uint8Array(16),
      text = (length: number) => new TextDecoder().decode(buffer.subarray(0, length));
    for (let i = 0; i < 1000; i++) {
      equal(text(readWholeFile(-100, cstring(path), buffer)), "0123456789");
      equal(readWholeFile(-100, cstring(path), buffer.subarray(0, 4)), 4);
      equal(readWholeFile(-100, cstring("/no/such/file"), buffer), -ENOENT);
      equal(readWholeFile(-100, cstring("/proc"), buffer), -EISDIR);
    }
    equal(descriptorsOf(path), 0);
  } finally {
    Deno.removeSync(path);
  }
});

Deno.test("a file that comes in pieces is read to its end", () => {
  // The kernel hands out a page of it at a time.
  const buffer = new Uint8Array(1 << 20);
  const length = readWholeFile(-100, cstring("/proc/kallsyms"), buffer);
  equal(length, buffer.length);
  equal(readWholeFile(-100, cstring("/proc/self/status"), buffer) > 500, true);
});

Deno.test("the library for the other machine is one that its linker takes", () => {
  const view = new DataView(libraryFile("aarch64").buffer);
  const EM_AARCH64 = 183, ET_DYN = 3;
  deepEqual([view.getUint16(16, true), view.getUint16(18, true)], [ET_DYN, EM_AARCH64]);
});

const EMULATOR = "qemu-aarch64-static";
const isHere = Deno.build.arch === "aarch64";

testWith(
  [isHere ? () => undefined : needsProgram(EMULATOR)],
  "a file is read in one call on aarch64",
  async () => {
    const directory = await Deno.makeTempDir();
    try {
      const program = `${directory}/program`, name = `${directory}/name`;
      await Deno.writeTextFile(name, "what the file says");
      const emulator = isHere ? [] : [EMULATOR];
      const read = async (path: string, room: number) => {
        await Deno.writeFile(program, readingProgram(path, room), { mode: 0o755 });
        const [command, ...args] = [...emulator, program];
        const { code, stdout } = await new Deno.Command(command, { args }).output();
        return [new TextDecoder().decode(stdout), code];
      };
      deepEqual(await read(name, 100), ["what the file says", 18]);
      deepEqual(await read(name, 4), ["what", 4]);
      deepEqual(await read("/no/such/file", 100), ["", 256 - ENOENT]);
      deepEqual(await read(directory, 100), ["", 256 - EISDIR]);
    } finally {
      await Deno.remove(directory, { recursive: true });
    }
  },
);

testWith(
  [isHere ? () => undefined : needsProgram(EMULATOR)],
  "the names in a directory are looked up in one call on aarch64",
  async () => {
    const directory = await Deno.makeTempDir();
    try {
      const program = `${directory}/program`, name = `${directory}/name`;
      await Deno.writeTextFile(name, "12345");
      const stat = async (...names: string[]) => {
        await Deno.writeFile(program, statingProgram(names), { mode: 0o755 });
        const [command, ...args] = [...isHere ? [] : [EMULATOR], program];
        const { code, stdout } = await new Deno.Command(command, { args }).output();
        const view = new DataView(stdout.buffer, stdout.byteOffset);
        const stats = Array.from({ length: stdout.length / 144 }, (_, i) => 144 * i);
        const values = stats.map((at) => [
          view.getUint16(at + 28, true) >> 12,
          Number(view.getBigUint64(at + 40, true)),
          view.getBigUint64(at + 64, true), // accessed
          view.getBigUint64(at + 112, true) > 0, // modified
        ]);
        return [values, code];
      };
      const FILE = 8, DIRECTORY = 4, size = (await Deno.stat(directory)).size;
      const both = [[FILE, 5, 0n, true], [DIRECTORY, size, 0n, true]];
      deepEqual(await stat(name, "", directory), [both, 2 * 144 % 256]);
      deepEqual(await stat(""), [[], 0]);
      deepEqual(await stat(name, `${directory}/none`), [[], 256 - ENOENT]);
    } finally {
      await Deno.remove(directory, { recursive: true });
    }
  },
);

const CODE = 0x1000, DATA = 0x1800, BUFFER = 0x1a00, SIZE = 0x2000;
type Instruction = (at: number) => number;
const addressOf = (register: number, address: number): Instruction => (at) =>
  0x10000000 | register | ((address - at) >> 2) << 5; // adr
const number = (register: number, value: number): Instruction => () =>
  0x52800000 | register | value << 5; // mov

/** An executable for aarch64 that prints what `read_file` has read, and exits with what it returns. */
function readingProgram(path: string, room: number): Uint8Array {
  const set = [addressOf(1, DATA), addressOf(2, BUFFER), number(3, room)];
  return callingProgram(2, set, cstring(path));
}

/** One that prints what `stat_entries` says of names. */
function statingProgram(names: readonly string[]): Uint8Array {
  const entries = new Uint8Array(names.reduce((sum, name) => sum + 20 + name.length, 0));
  let at = 0;
  for (const name of names) {
    const size = 20 + name.length;
    new DataView(entries.buffer).setUint16(at + 16, size, true);
    entries.set(cstring(name), at + 19);
    at += size;
  }
  const set = [addressOf(1, DATA), number(2, entries.length), addressOf(3, BUFFER)];
  return callingProgram(3, set, entries);
}

/** One that calls the library's function of this symbol on AT_FDCWD and what else is set. */
function callingProgram(index: number, set: Instruction[], data: Uint8Array): Uint8Array {
  const file = new Uint8Array(SIZE), view = new DataView(file.buffer);
  const segment = { type: PT.LOAD, flags: PF.R | PF.W | PF.X, offset: 0, address: 0x400000 };
  writeElfHeader(view, {
    type: ET.EXEC,
    architecture: "aarch64",
    entry: segment.address + CODE,
    segments: [{ ...segment, size: SIZE }],
  });
  const library = libraryFile("aarch64"), symbol = new DataView(library.buffer, 0x160 + index * 24);
  const start = Number(symbol.getBigUint64(8, true)), size = Number(symbol.getBigUint64(16, true));
  const instructions: Instruction[] = [
    () => 0x92800c60, //                                   mov x0, AT_FDCWD
    ...set,
    (at) => 0x94000000 | (CODE + 4 * instructions.length - at) >> 2, // bl the function
    () => 0xaa0003e2, //                                   mov x2, x0
    addressOf(1, BUFFER),
    () => 0xd2800020, //                                   mov x0, 1
    () => 0xd2800808, //                                   mov x8, 64 (write)
    () => 0xd4000001, //                                   svc #0
    () => 0xaa0203e0, //                                   mov x0, x2
    () => 0xd2800ba8, //                                   mov x8, 93 (exit)
    () => 0xd4000001, //                                   svc #0
  ];
  instructions.forEach((make, i) => view.setUint32(CODE + 4 * i, make(CODE + 4 * i), true));
  file.set(library.subarray(start, start + size), CODE + 4 * instructions.length);
  file.set(data, DATA);
  return file;
}

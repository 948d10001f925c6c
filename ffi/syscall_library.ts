/** A shared library of three functions, made in memory: Deno calls nothing but functions of libraries. */

import { MFD } from "./constants.ts";
import { functions, type LibraryFunction } from "./syscall_library/functions.ts";
import { libraryFile } from "./syscall_library/library_file.ts";
import { syscallNumber } from "./syscalls.ts";

type Call = (...args: unknown[]) => unknown;

const names = Object.keys(functions) as LibraryFunction[];

/** The two ways of calling a function; a signature of `syscall` begins with the system call's number, `i32`. */
export interface SyscallLibrary {
  /** Costs nothing to make. */
  throughPointer(name: LibraryFunction, signature: Deno.ForeignFunction): Call;
  /** Costs 100 to 200 us to make, a microsecond less for each call. */
  compile(name: LibraryFunction, signature: Deno.ForeignFunction): Call;
}

export function loadSyscallLibrary(): SyscallLibrary {
  const path = `/proc/self/fd/${createFile()}`;
  const pointers = pointersTo(names, path);
  return {
    throughPointer: (name, signature) => callable(pointers[name], signature),
    compile: (name, signature) => Deno.dlopen(path, { [name]: signature }).symbols[name] as Call,
  };
}

function pointersTo<Name extends string>(
  names: readonly Name[],
  path: string,
): Record<Name, Deno.PointerObject> {
  const types = Object.fromEntries(names.map((name) => [name, { type: "pointer" } as const]));
  return Deno.dlopen(path, types).symbols as unknown as Record<Name, Deno.PointerObject>;
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
    return pointersTo(["syscall"], "libc.so.6").syscall;
  } catch (error) {
    throw new Error("box needs the GNU C library (libc.so.6): " + (error as Error).message);
  }
}

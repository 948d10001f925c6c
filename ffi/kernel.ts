/**
 * The kernel's system calls as functions: the one door through which everything the kernel does for box goes.
 *
 * They return what the kernel returns, a negative errno for a failure (errno.ts makes errors of them), and not what a C library
 * makes of it: the `errno` of a thread is anybody's, and V8 sometimes comes in between a failed call and the reading.
 *
 * Results that the kernel declares as `long` are taken as `i32`: every transfer box makes is smaller than 2 GiB, and a number
 * is cheaper than a bigint. Paths are NUL-terminated buffers made by `cstring.ts`.
 */

import { loadSyscallLibrary, type SyscallLibrary } from "./syscall_library.ts";
import type { LibraryFunction } from "./syscall_library/functions.ts";
import { type SyscallName, syscallNumber } from "./syscalls.ts";

const signatures = {
  // descriptors
  openat: { parameters: ["i32", "buffer", "i32", "u32"], result: "i32" },
  openat2: { parameters: ["i32", "buffer", "buffer", "usize"], result: "i32" },
  close: { parameters: ["i32"], result: "i32" },
  read: { parameters: ["i32", "buffer", "usize"], result: "i32" },
  write: { parameters: ["i32", "buffer", "usize"], result: "i32" },
  pread64: { parameters: ["i32", "buffer", "usize", "i64"], result: "i32" },
  pwrite64: { parameters: ["i32", "buffer", "usize", "i64"], result: "i32" },
  splice: { parameters: ["i32", "pointer", "i32", "buffer", "usize", "u32"], result: "i32" },
  copy_file_range: {
    parameters: ["i32", "buffer", "i32", "buffer", "usize", "u32"],
    result: "i32",
  },
  fallocate: { parameters: ["i32", "i32", "i64", "i64"], result: "i32" },
  lseek: { parameters: ["i32", "i64", "i32"], result: "i64" },
  ftruncate: { parameters: ["i32", "i64"], result: "i32" },
  fsync: { parameters: ["i32"], result: "i32" },
  syncfs: { parameters: ["i32"], result: "i32" },
  flock: { parameters: ["i32", "i32"], result: "i32" },
  fcntl: { parameters: ["i32", "i32", "i32"], result: "i32" },
  ioctl: { parameters: ["i32", "u32", "buffer"], result: "i32" },
  /** For the requests whose argument is a number. */
  ioctl_number: { name: "ioctl", parameters: ["i32", "u32", "u64"], result: "i32" },
  pipe2: { parameters: ["buffer", "i32"], result: "i32" },
  memfd_create: { parameters: ["buffer", "u32"], result: "i32" },
  eventfd2: { parameters: ["u32", "i32"], result: "i32" },
  epoll_create1: { parameters: ["i32"], result: "i32" },
  epoll_ctl: { parameters: ["i32", "i32", "i32", "buffer"], result: "i32" },

  // sockets; a null address for none
  socket: { parameters: ["i32", "i32", "i32"], result: "i32" },
  bind: { parameters: ["i32", "buffer", "u32"], result: "i32" },
  listen: { parameters: ["i32", "i32"], result: "i32" },
  accept4: { parameters: ["i32", "buffer", "buffer", "i32"], result: "i32" },
  connect: { parameters: ["i32", "buffer", "u32"], result: "i32" },
  getsockname: { parameters: ["i32", "buffer", "buffer"], result: "i32" },
  setsockopt: { parameters: ["i32", "i32", "i32", "buffer", "u32"], result: "i32" },
  getsockopt: { parameters: ["i32", "i32", "i32", "buffer", "buffer"], result: "i32" },
  shutdown: { parameters: ["i32", "i32"], result: "i32" },
  sendto: {
    parameters: ["i32", "buffer", "usize", "i32", "buffer", "u32"],
    result: "i32",
  },
  recvfrom: {
    parameters: ["i32", "buffer", "usize", "i32", "buffer", "buffer"],
    result: "i32",
  },

  // names and what they refer to
  getdents64: { parameters: ["i32", "buffer", "u32"], result: "i32" },
  statx: { parameters: ["i32", "buffer", "i32", "u32", "buffer"], result: "i32" },
  fstatfs: { parameters: ["i32", "buffer"], result: "i32" },
  mkdirat: { parameters: ["i32", "buffer", "u32"], result: "i32" },
  mknodat: { parameters: ["i32", "buffer", "u32", "u32"], result: "i32" },
  symlinkat: { parameters: ["buffer", "i32", "buffer"], result: "i32" },
  linkat: { parameters: ["i32", "buffer", "i32", "buffer", "i32"], result: "i32" },
  unlinkat: { parameters: ["i32", "buffer", "i32"], result: "i32" },
  renameat: { parameters: ["i32", "buffer", "i32", "buffer"], result: "i32" },
  readlinkat: { parameters: ["i32", "buffer", "buffer", "usize"], result: "i32" },
  fchownat: { parameters: ["i32", "buffer", "u32", "u32", "i32"], result: "i32" },
  fchown: { parameters: ["i32", "u32", "u32"], result: "i32" },
  fchmod: { parameters: ["i32", "u32"], result: "i32" },
  fchmodat: { parameters: ["i32", "buffer", "u32"], result: "i32" },
  utimensat: { parameters: ["i32", "buffer", "buffer", "i32"], result: "i32" },
  lsetxattr: { parameters: ["buffer", "buffer", "buffer", "usize", "i32"], result: "i32" },
  lgetxattr: { parameters: ["buffer", "buffer", "buffer", "usize"], result: "i32" },
  llistxattr: { parameters: ["buffer", "buffer", "usize"], result: "i32" },
  fsetxattr: { parameters: ["i32", "buffer", "buffer", "usize", "i32"], result: "i32" },
  fgetxattr: { parameters: ["i32", "buffer", "buffer", "usize"], result: "i32" },
  flistxattr: { parameters: ["i32", "buffer", "usize"], result: "i32" },

  // mounts and namespaces
  mount: { parameters: ["buffer", "buffer", "buffer", "u64", "buffer"], result: "i32" },
  umount2: { parameters: ["buffer", "i32"], result: "i32" },
  open_tree: { parameters: ["i32", "buffer", "u32"], result: "i32" },
  move_mount: { parameters: ["i32", "buffer", "i32", "buffer", "u32"], result: "i32" },
  mount_setattr: { parameters: ["i32", "buffer", "u32", "buffer", "usize"], result: "i32" },
  fsopen: { parameters: ["buffer", "u32"], result: "i32" },
  fsconfig: { parameters: ["i32", "u32", "buffer", "buffer", "i32"], result: "i32" },
  fsmount: { parameters: ["i32", "u32", "u32"], result: "i32" },
  unshare: { parameters: ["i32"], result: "i32" },
  setns: { parameters: ["i32", "i32"], result: "i32" },
  chroot: { parameters: ["buffer"], result: "i32" },
  fchdir: { parameters: ["i32"], result: "i32" },

  // the calling thread's credentials
  setfsuid: { parameters: ["u32"], result: "i32" },
  setfsgid: { parameters: ["u32"], result: "i32" },
  capget: { parameters: ["buffer", "buffer"], result: "i32" },
  capset: { parameters: ["buffer", "buffer"], result: "i32" },

  // processes, memory, time
  clone3: { parameters: ["buffer", "usize"], result: "i32" },
  prctl: { parameters: ["i32", "u64", "u64", "u64", "u64"], result: "i32" },
  waitid: { parameters: ["i32", "i32", "buffer", "i32", "pointer"], result: "i32" },
  pidfd_getfd: { parameters: ["i32", "i32", "u32"], result: "i32" },
  pidfd_open: { parameters: ["i32", "u32"], result: "i32" },
  pidfd_send_signal: { parameters: ["i32", "i32", "pointer", "u32"], result: "i32" },
  futex: { parameters: ["pointer", "i32", "u32", "pointer"], result: "i32" },
  mmap: { parameters: ["pointer", "usize", "i32", "i32", "i32", "i64"], result: "i64" },
  mprotect: { parameters: ["pointer", "usize", "i32"], result: "i32" },
  madvise: { parameters: ["pointer", "usize", "i32"], result: "i32" },
  munmap: { parameters: ["pointer", "usize"], result: "i32" },
  timerfd_create: { parameters: ["i32", "i32"], result: "i32" },
  timerfd_settime: { parameters: ["i32", "i32", "buffer", "buffer"], result: "i32" },
  clock_gettime: { parameters: ["i32", "buffer"], result: "i32" },
  bpf: { parameters: ["i32", "buffer", "u32"], result: "i32" },
} as const satisfies Partial<Record<SyscallName | "ioctl_number", Deno.ForeignFunction>>;

/** On a thread of the pool: only for waiting, never for anything that concerns namespaces, mounts or credentials. */
const waiting = {
  read: { parameters: ["i32", "buffer", "usize"], result: "i32", nonblocking: true },
  write: { parameters: ["i32", "buffer", "usize"], result: "i32", nonblocking: true },
  syncfs: { parameters: ["i32"], result: "i32", nonblocking: true },
  epoll_pwait: {
    parameters: ["i32", "buffer", "i32", "i32", "pointer", "usize"],
    result: "i32",
    nonblocking: true,
  },
} as const satisfies Partial<Record<SyscallName, Deno.ForeignFunction>>;

type Calls<Table extends Deno.ForeignLibraryInterface> = Deno.DynamicLibrary<Table>["symbols"];
type Call = (...args: unknown[]) => unknown;

/**
 * A call through a bare pointer costs a microsecond more than one through the code that Deno can compile for it; compiling costs
 * as much as this many calls.
 */
const CALLS_WORTH_COMPILING = 150;

let library: SyscallLibrary | undefined;

/** A table's functions, each made when it is first looked at and replaced by a compiled one when it is called often. */
function openLazily<Table extends Record<string, Deno.ForeignFunction>>(table: Table) {
  const calls = {};
  const define = (name: string, value: Call) =>
    Object.defineProperty(calls, name, { value, configurable: true });
  for (const [name, signature] of Object.entries(table)) {
    Object.defineProperty(calls, name, {
      configurable: true,
      get() {
        const call = open(name, signature, (compiled) => define(name, compiled));
        define(name, call);
        return call;
      },
    });
  }
  return calls as Calls<Table>;
}

function open(
  key: string,
  { name = key, parameters, result, nonblocking }: Deno.ForeignFunction,
  replace: (compiled: Call) => void,
): Call {
  const number = syscallNumber(name as SyscallName);
  const signature = { parameters: ["i32", ...parameters], result, nonblocking };
  const use = (call: Call) => replace(call.bind(undefined, number));
  return counted("syscall", signature as Deno.ForeignFunction, use).bind(undefined, number);
}

/** A function that is called through a pointer, until it has been called often. */
function counted(
  name: LibraryFunction,
  signature: Deno.ForeignFunction,
  replace: (compiled: Call) => void,
): Call {
  library ??= loadSyscallLibrary();
  const call = library.throughPointer(name, signature);
  if (signature.nonblocking) return call;
  let calls = 0;
  return (...args) => {
    if (++calls === CALLS_WORTH_COMPILING) replace(library!.compile(name, signature));
    return call(...args);
  };
}

export const kernel: Calls<typeof signatures> = openLazily(signatures);

/** The same as promises. */
export const kernelInPool: Calls<typeof waiting> = openLazily(waiting);

/**
 * Reads a file from its beginning to its end, or until the buffer is full; a negative errno if that fails. One call for what else
 * takes four.
 */
export function readWholeFile(
  directory: number,
  name: Uint8Array<ArrayBuffer>,
  buffer: Uint8Array<ArrayBuffer>,
): number {
  fileReader ??= counted("read_file", fileReaderSignature, (compiled) => fileReader = compiled);
  return fileReader(directory, name, buffer, buffer.length) as number;
}

let fileReader: Call | undefined;

const fileReaderSignature = {
  parameters: ["i32", "buffer", "buffer", "u32"],
  result: "i32",
} as const;

/**
 * Writes what statx(2) says of the names that getdents64(2) has written, 144 bytes for each and zeros for the time of the last
 * access; names that were made empty since are passed over. Bytes, or a negative errno. Of the last one more may be written, as far
 * as struct statx goes.
 */
export function statEntries(
  directory: number,
  entries: Uint8Array<ArrayBuffer>,
  stats: Uint8Array<ArrayBuffer>,
): number {
  entryStater ??= counted("stat_entries", entryStaterSignature, (call) => entryStater = call);
  return entryStater(directory, entries, entries.length, stats) as number;
}

let entryStater: Call | undefined;

const entryStaterSignature = {
  parameters: ["i32", "buffer", "u32", "buffer"],
  result: "i32",
} as const;

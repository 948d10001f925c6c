/**
 * The one place where box opens libc. Everything the kernel does for box goes through these symbols.
 *
 * Results that C declares as `ssize_t` or `long` are taken as `i32`: every transfer box makes is smaller than 2 GiB, and
 * a number is cheaper than a bigint. Paths are NUL-terminated buffers made by `cstring.ts`.
 */

const symbols = {
  __errno_location: { parameters: [], result: "pointer" },

  // descriptors
  openat: { parameters: ["i32", "buffer", "i32", "u32"], result: "i32" },
  close: { parameters: ["i32"], result: "i32" },
  read: { parameters: ["i32", "buffer", "usize"], result: "i32" },
  write: { parameters: ["i32", "buffer", "usize"], result: "i32" },
  pread: { parameters: ["i32", "buffer", "usize", "i64"], result: "i32" },
  lseek: { parameters: ["i32", "i64", "i32"], result: "i64" },
  ftruncate: { parameters: ["i32", "i64"], result: "i32" },
  fsync: { parameters: ["i32"], result: "i32" },
  syncfs: { parameters: ["i32"], result: "i32" },
  flock: { parameters: ["i32", "i32"], result: "i32" },
  fcntl: { parameters: ["i32", "i32", "i32"], result: "i32" },
  pipe2: { parameters: ["buffer", "i32"], result: "i32" },

  // names and what they refer to
  statx: { parameters: ["i32", "buffer", "i32", "u32", "buffer"], result: "i32" },
  fstatfs: { parameters: ["i32", "buffer"], result: "i32" },
  mkdirat: { parameters: ["i32", "buffer", "u32"], result: "i32" },
  mknodat: { parameters: ["i32", "buffer", "u32", "u64"], result: "i32" },
  symlinkat: { parameters: ["buffer", "i32", "buffer"], result: "i32" },
  linkat: { parameters: ["i32", "buffer", "i32", "buffer", "i32"], result: "i32" },
  unlinkat: { parameters: ["i32", "buffer", "i32"], result: "i32" },
  renameat: { parameters: ["i32", "buffer", "i32", "buffer"], result: "i32" },
  readlinkat: { parameters: ["i32", "buffer", "buffer", "usize"], result: "i32" },
  fchownat: { parameters: ["i32", "buffer", "u32", "u32", "i32"], result: "i32" },
  fchown: { parameters: ["i32", "u32", "u32"], result: "i32" },
  fchmod: { parameters: ["i32", "u32"], result: "i32" },
  fchmodat: { parameters: ["i32", "buffer", "u32", "i32"], result: "i32" },
  utimensat: { parameters: ["i32", "buffer", "buffer", "i32"], result: "i32" },
  futimens: { parameters: ["i32", "buffer"], result: "i32" },
  lsetxattr: { parameters: ["buffer", "buffer", "buffer", "usize", "i32"], result: "i32" },
  lgetxattr: { parameters: ["buffer", "buffer", "buffer", "usize"], result: "i32" },
  llistxattr: { parameters: ["buffer", "buffer", "usize"], result: "i32" },
  fsetxattr: { parameters: ["i32", "buffer", "buffer", "usize", "i32"], result: "i32" },
  fgetxattr: { parameters: ["i32", "buffer", "buffer", "usize"], result: "i32" },
  flistxattr: { parameters: ["i32", "buffer", "usize"], result: "i32" },

  clock_gettime: { parameters: ["i32", "buffer"], result: "i32" },

  // mounts
  mount: { parameters: ["buffer", "buffer", "buffer", "u64", "buffer"], result: "i32" },
  umount2: { parameters: ["buffer", "i32"], result: "i32" },
  unshare: { parameters: ["i32"], result: "i32" },
  setns: { parameters: ["i32", "i32"], result: "i32" },
  chroot: { parameters: ["buffer"], result: "i32" },
  fchdir: { parameters: ["i32"], result: "i32" },

  // processes
  prctl: { parameters: ["i32", "u64", "u64", "u64", "u64"], result: "i32" },
  kill: { parameters: ["i32", "i32"], result: "i32" },
  waitid: { parameters: ["i32", "i32", "buffer", "i32"], result: "i32" },
  memfd_create: { parameters: ["buffer", "u32"], result: "i32" },
  mmap: { parameters: ["pointer", "usize", "i32", "i32", "i32", "i64"], result: "pointer" },
  mprotect: { parameters: ["pointer", "usize", "i32"], result: "i32" },
  munmap: { parameters: ["pointer", "usize"], result: "i32" },
  getpagesize: { parameters: [], result: "i32" },
  memcpy: { parameters: ["pointer", "buffer", "usize"], result: "pointer" },
  eventfd: { parameters: ["u32", "i32"], result: "i32" },
  epoll_create1: { parameters: ["i32"], result: "i32" },
  epoll_ctl: { parameters: ["i32", "i32", "i32", "buffer"], result: "i32" },

  // On a thread of the pool: only for waiting, never for anything that concerns namespaces, mounts or credentials.
  epoll_wait: { parameters: ["i32", "buffer", "i32", "i32"], result: "i32", nonblocking: true },
  readInPool: {
    name: "read",
    parameters: ["i32", "buffer", "usize"],
    result: "i32",
    nonblocking: true,
  },
  writeInPool: {
    name: "write",
    parameters: ["i32", "buffer", "usize"],
    result: "i32",
    nonblocking: true,
  },

  // System calls without a function in glibc 2.28: the first argument is the number (syscalls.ts).
  openat2: {
    name: "syscall",
    parameters: ["i64", "i32", "buffer", "buffer", "usize"],
    result: "i32",
  },
  getdents64: { name: "syscall", parameters: ["i64", "i32", "buffer", "u32"], result: "i32" },
  open_tree: { name: "syscall", parameters: ["i64", "i32", "buffer", "u32"], result: "i32" },
  move_mount: {
    name: "syscall",
    parameters: ["i64", "i32", "buffer", "i32", "buffer", "u32"],
    result: "i32",
  },
  mount_setattr: {
    name: "syscall",
    parameters: ["i64", "i32", "buffer", "u32", "buffer", "usize"],
    result: "i32",
  },
  pidfd_open: { name: "syscall", parameters: ["i64", "i32", "u32"], result: "i32" },
  pidfd_send_signal: {
    name: "syscall",
    parameters: ["i64", "i32", "i32", "pointer", "u32"],
    result: "i32",
  },
  futex: {
    name: "syscall",
    parameters: ["i64", "pointer", "i32", "u32", "pointer"],
    result: "i32",
  },
} as const satisfies Deno.ForeignLibraryInterface;

type Symbols = typeof symbols;

type Libc = Deno.DynamicLibrary<Symbols>["symbols"];

/**
 * Deno compiles a trampoline for each symbol that it opens, some 100 us each; a command uses a third of them. So each is opened
 * when it is first looked at, and is an ordinary property from then on. (Calls through a bare pointer need no trampoline, but
 * the runtime does so much after such a call that errno sometimes is no longer the call's.)
 */
function openLazily(): Libc {
  const opened = {};
  for (const name of Object.keys(symbols) as (keyof Symbols)[]) {
    Object.defineProperty(opened, name, {
      configurable: true,
      get() {
        const value = open(name);
        Object.defineProperty(opened, name, { value });
        return value;
      },
    });
  }
  return opened as Libc;
}

function open(name: keyof Symbols): unknown {
  try {
    const definition: Deno.ForeignFunction = symbols[name];
    return Deno.dlopen("libc.so.6", { [name]: definition }).symbols[name];
  } catch (error) {
    throw new Error(
      "box needs the GNU C library 2.28 or newer (libc.so.6): " + (error as Error).message,
    );
  }
}

export const libc: Libc = openLazily();

const errnoLocation = new Deno.UnsafePointerView(libc.__errno_location()!);

/** The calling thread's errno. Only meaningful directly after a call that failed. */
export function errno(): number {
  return errnoLocation.getInt32();
}

// Its first call makes V8 compile it, and what V8 asks of the system for that must not come between a failed call and its errno.
errno();

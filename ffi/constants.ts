/** Numbers of the kernel's interface: include/uapi/{linux,asm-generic}/*.h. Those that differ between x86-64 and aarch64 are marked. */

const arm = Deno.build.arch === "aarch64";

/** open(2) */
export const O = {
  RDONLY: 0,
  WRONLY: 1,
  RDWR: 2,
  CREAT: 0o100,
  EXCL: 0o200,
  NOCTTY: 0o400,
  TRUNC: 0o1000,
  APPEND: 0o2000,
  NONBLOCK: 0o4000,
  ASYNC: 0o20000,
  DIRECTORY: arm ? 0o40000 : 0o200000, // differs
  NOFOLLOW: arm ? 0o100000 : 0o400000, // differs
  CLOEXEC: 0o2000000,
  PATH: 0o10000000,
  NOATIME: 0o1000000,
} as const;

/** openat(2), statx(2), linkat(2), unlinkat(2) */
export const AT = {
  FDCWD: -100,
  SYMLINK_NOFOLLOW: 0x100,
  REMOVEDIR: 0x200,
  SYMLINK_FOLLOW: 0x400,
  EMPTY_PATH: 0x1000,
  RECURSIVE: 0x8000,
} as const;

/** openat2(2) */
export const RESOLVE = {
  NO_XDEV: 1,
  NO_MAGICLINKS: 2,
  NO_SYMLINKS: 4,
  BENEATH: 8,
  IN_ROOT: 16,
} as const;

/** inode(7): the type bits of a mode */
export const S = {
  IFMT: 0o170000,
  IFSOCK: 0o140000,
  IFLNK: 0o120000,
  IFREG: 0o100000,
  IFBLK: 0o060000,
  IFDIR: 0o040000,
  IFCHR: 0o020000,
  IFIFO: 0o010000,
} as const;

/** mount(2) */
export const MS = {
  RDONLY: 1,
  NOSUID: 2,
  NODEV: 4,
  NOEXEC: 8,
  REMOUNT: 32,
  NOATIME: 1024,
  NODIRATIME: 2048,
  BIND: 4096,
  REC: 16384,
  UNBINDABLE: 1 << 17,
  PRIVATE: 1 << 18,
  SLAVE: 1 << 19,
  SHARED: 1 << 20,
  RELATIME: 1 << 21,
  STRICTATIME: 1 << 24,
} as const;

/** umount2(2) */
export const MNT_DETACH = 2;

/** open_tree(2), move_mount(2), mount_setattr(2), fsmount(2) */
export const OPEN_TREE_CLONE = 1;
export const OPEN_TREE_CLOEXEC = O.CLOEXEC;
export const MOVE_MOUNT_F_EMPTY_PATH = 4;
export const MOVE_MOUNT_T_EMPTY_PATH = 0x40;
export const MOUNT_ATTR = {
  RDONLY: 1,
  NOSUID: 2,
  NODEV: 4,
  NOEXEC: 8,
  STRICTATIME: 0x20,
  IDMAP: 0x100000,
} as const;

/** fsconfig(2) commands */
export const FSCONFIG = { SET_FLAG: 0, SET_STRING: 1, CMD_CREATE: 6 } as const;
export const FSOPEN_CLOEXEC = 1;
export const FSMOUNT_CLOEXEC = 1;

/** clone(2), unshare(2), setns(2) */
export const CLONE = {
  VM: 0x100,
  FS: 0x200,
  FILES: 0x400,
  PIDFD: 0x1000,
  VFORK: 0x4000,
  PARENT: 0x8000,
  PARENT_SETTID: 0x100000,
  NEWNS: 0x20000,
  CHILD_CLEARTID: 0x200000,
  CHILD_SETTID: 0x1000000,
  NEWCGROUP: 0x2000000,
  NEWUTS: 0x4000000,
  NEWIPC: 0x8000000,
  NEWUSER: 0x10000000,
  NEWPID: 0x20000000,
  NEWNET: 0x40000000,
  CLEAR_SIGHAND: 0x100000000,
  INTO_CGROUP: 0x200000000,
} as const;

/** flock(2) */
export const LOCK = { SH: 1, EX: 2, NB: 4, UN: 8 } as const;

/** prctl(2) */
export const PR = {
  SET_PDEATHSIG: 1,
  GET_DUMPABLE: 3,
  SET_DUMPABLE: 4,
  SET_KEEPCAPS: 8,
  SET_NAME: 15,
  CAPBSET_DROP: 24,
  SET_NO_NEW_PRIVS: 38,
  CAP_AMBIENT: 47,
  CAP_AMBIENT_CLEAR_ALL: 4,
} as const;

/** waitid(2) */
export const P_ALL = 0;
export const P_PID = 1;
export const P_PIDFD = 3;
export const WEXITED = 4;
export const WNOHANG = 1;
export const WNOWAIT = 0x1000000;
export const CLD_EXITED = 1;

/** signal(7): numbers on x86-64 and aarch64 */
export const SIGNALS = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGQUIT: 3,
  SIGILL: 4,
  SIGTRAP: 5,
  SIGABRT: 6,
  SIGBUS: 7,
  SIGFPE: 8,
  SIGKILL: 9,
  SIGUSR1: 10,
  SIGSEGV: 11,
  SIGUSR2: 12,
  SIGPIPE: 13,
  SIGALRM: 14,
  SIGTERM: 15,
  SIGSTKFLT: 16,
  SIGCHLD: 17,
  SIGCONT: 18,
  SIGSTOP: 19,
  SIGTSTP: 20,
  SIGTTIN: 21,
  SIGTTOU: 22,
  SIGURG: 23,
  SIGXCPU: 24,
  SIGXFSZ: 25,
  SIGVTALRM: 26,
  SIGPROF: 27,
  SIGWINCH: 28,
  SIGIO: 29,
  SIGPWR: 30,
  SIGSYS: 31,
} as const;

/** epoll_ctl(2) */
export const EPOLL = {
  CTL_ADD: 1,
  CTL_DEL: 2,
  CTL_MOD: 3,
  IN: 1,
  PRI: 2,
  OUT: 4,
  ERR: 8,
  HUP: 16,
  RDHUP: 0x2000,
  ONESHOT: 1 << 30,
} as const;

/** eventfd(2) */
export const EFD = { CLOEXEC: O.CLOEXEC, NONBLOCK: O.NONBLOCK } as const;

/** mmap(2), mprotect(2) */
export const PROT = { READ: 1, WRITE: 2, EXEC: 4 } as const;
export const MAP = { SHARED: 1, PRIVATE: 2, ANONYMOUS: 32 } as const;

/** fcntl(2): the flag of a descriptor, the flags of an open file, who gets its SIGIO, and how to set them */
export const F_SETFD = 2, FD_CLOEXEC = 1, F_SETFL = 4, F_SETOWN = 8;
export const F_DUPFD_CLOEXEC = 1030;

/** memfd_create(2), and its seals in fcntl(2) */
export const MFD = { CLOEXEC: 1, ALLOW_SEALING: 2, NOEXEC_SEAL: 8, EXEC: 16 } as const;
export const F_ADD_SEALS = 1033;
export const F_SEAL = { SEAL: 1, SHRINK: 2, GROW: 4, WRITE: 8 } as const;

/** splice(2) */
export const SPLICE_F_NONBLOCK = 2;

/** fallocate(2) */
export const FALLOC_FL = { KEEP_SIZE: 1, PUNCH_HOLE: 2 } as const;

/** futex(2), between processes */
export const FUTEX_WAIT = 0;

/** sigprocmask(2) */
export const SIG_SETMASK = 2;

/** ioctl_tty(2) */
export const TCGETS = 0x5401;
export const TCSETS = 0x5402;
export const TIOCGPGRP = 0x540f;
export const TIOCSCTTY = 0x540e;
export const TIOCSPGRP = 0x5410;
export const TIOCGWINSZ = 0x5413;
export const TIOCSWINSZ = 0x5414;
export const TIOCSPTLCK = 0x40045431;
export const TIOCGPTPEER = 0x5441;

/** termios(3): the bits that make a terminal a line editor */
export const IFLAG = {
  IGNBRK: 1,
  BRKINT: 2,
  PARMRK: 8,
  ISTRIP: 0o40,
  INLCR: 0o100,
  IGNCR: 0o200,
  ICRNL: 0o400,
  IXON: 0o2000,
} as const;
export const OFLAG = { OPOST: 1 } as const;
export const CFLAG = { CSIZE: 0o60, CS8: 0o60, PARENB: 0o400 } as const;
export const LFLAG = { ISIG: 1, ICANON: 2, ECHO: 8, ECHONL: 0o100, IEXTEN: 0o100000 } as const;
/** Indexes of control characters. */
export const VTIME = 5, VMIN = 6;

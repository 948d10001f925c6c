/** System call numbers: asm/unistd_64.h for x86-64, asm-generic/unistd.h for aarch64. */

const numbers = {
  //                 x86-64, aarch64
  read: [0, 63],
  write: [1, 64],
  close: [3, 57],
  munmap: [11, 215],
  rt_sigaction: [13, 134],
  rt_sigprocmask: [14, 135],
  ioctl: [16, 29],
  getpid: [39, 172],
  socket: [41, 198],
  clone: [56, 220],
  execve: [59, 221],
  kill: [62, 129],
  fcntl: [72, 25],
  fchdir: [81, 50],
  chdir: [80, 49],
  umask: [95, 166],
  setpgid: [109, 154],
  setsid: [112, 157],
  fstatfs: [138, 44],
  setgroups: [116, 159],
  setresuid: [117, 147],
  setresgid: [119, 149],
  capset: [126, 91],
  rt_sigtimedwait: [128, 137],
  pivot_root: [155, 41],
  prctl: [157, 167],
  mount: [165, 40],
  umount2: [166, 39],
  sethostname: [170, 161],
  setdomainname: [171, 162],
  futex: [202, 98],
  getdents64: [217, 61],
  keyctl: [250, 219],
  exit_group: [231, 94],
  waitid: [247, 95],
  openat: [257, 56],
  mkdirat: [258, 34],
  mknodat: [259, 33],
  symlinkat: [266, 36],
  ppoll: [271, 73],
  unshare: [272, 97],
  setns: [308, 268],
  execveat: [322, 281],
  dup3: [292, 24],
  pidfd_send_signal: [424, 424],
  open_tree: [428, 428],
  move_mount: [429, 429],
  fsopen: [430, 430],
  fsconfig: [431, 431],
  fsmount: [432, 432],
  pidfd_open: [434, 434],
  clone3: [435, 435],
  close_range: [436, 436],
  openat2: [437, 437],
  mount_setattr: [442, 442],
} as const;

export type SyscallName = keyof typeof numbers;

/** The machines that box runs on. */
export type Architecture = typeof Deno.build.arch;

/** The number of a system call, on this machine unless another one is named. */
export function syscallNumber(
  name: SyscallName,
  architecture: Architecture = Deno.build.arch,
): number {
  return numbers[name][architecture === "aarch64" ? 1 : 0];
}

/**
 * Docker's default profile: profiles/seccomp/default.json of moby 20.10, for the machines that box runs on. Stricter in two
 * things, as later versions of docker are: no io_uring, whose holes have been many (25.0), and no sockets of AF_VSOCK, which
 * lead to the host of a virtual machine (23.0), or AF_ALG, which lead to the kernel's ciphers.
 */

import type { ArgumentRule, SeccompProfile, SyscallRule } from "./profile.ts";

const AF_ALG = 38n, AF_VSOCK = 40n;
const ENOSYS = 38;

/** CLONE_NEW*, without CLONE_NEWTIME, which clone(2) does not take. */
const NEW_NAMESPACES = 0x7e020000n;

/** PER_LINUX, PER_LINUX32, UNAME26 with either, and the question which it is. */
const personalities = [0x0n, 0x8n, 0x20000n, 0x20008n, 0xffffffffn];

const allowed = `
  accept accept4 access adjtimex alarm bind brk capget capset chdir chmod chown chown32 clock_adjtime
  clock_adjtime64 clock_getres clock_getres_time64 clock_gettime clock_gettime64 clock_nanosleep
  clock_nanosleep_time64 close close_range connect copy_file_range creat dup dup2 dup3 epoll_create
  epoll_create1 epoll_ctl epoll_ctl_old epoll_pwait epoll_pwait2 epoll_wait epoll_wait_old eventfd
  eventfd2 execve execveat exit exit_group faccessat faccessat2 fadvise64 fadvise64_64 fallocate
  fanotify_mark fchdir fchmod fchmodat fchown fchown32 fchownat fcntl fcntl64 fdatasync fgetxattr
  flistxattr flock fork fremovexattr fsetxattr fstat fstat64 fstatat64 fstatfs fstatfs64 fsync
  ftruncate ftruncate64 futex futex_time64 futex_waitv futimesat getcpu getcwd getdents getdents64
  getegid getegid32 geteuid geteuid32 getgid getgid32 getgroups getgroups32 getitimer getpeername
  getpgid getpgrp getpid getppid getpriority getrandom getresgid getresgid32 getresuid getresuid32
  getrlimit get_robust_list getrusage getsid getsockname getsockopt get_thread_area gettid
  gettimeofday getuid getuid32 getxattr inotify_add_watch inotify_init inotify_init1
  inotify_rm_watch io_cancel ioctl io_destroy io_getevents io_pgetevents io_pgetevents_time64
  ioprio_get ioprio_set io_setup io_submit ipc kill landlock_add_rule landlock_create_ruleset
  landlock_restrict_self lchown lchown32 lgetxattr link linkat listen listxattr llistxattr _llseek
  lremovexattr lseek lsetxattr lstat lstat64 madvise membarrier memfd_create memfd_secret mincore
  mkdir mkdirat mknod mknodat mlock mlock2 mlockall mmap mmap2 mprotect mq_getsetattr mq_notify
  mq_open mq_timedreceive mq_timedreceive_time64 mq_timedsend mq_timedsend_time64 mq_unlink mremap
  msgctl msgget msgrcv msgsnd msync munlock munlockall munmap nanosleep newfstatat _newselect open
  openat openat2 pause pidfd_open pidfd_send_signal pipe pipe2 poll ppoll ppoll_time64 prctl pread64
  preadv preadv2 prlimit64 process_mrelease pselect6 pselect6_time64 pwrite64 pwritev pwritev2 read
  readahead readlink readlinkat readv recv recvfrom recvmmsg recvmmsg_time64 recvmsg
  remap_file_pages removexattr rename renameat renameat2 restart_syscall rmdir rseq rt_sigaction
  rt_sigpending rt_sigprocmask rt_sigqueueinfo rt_sigreturn rt_sigsuspend rt_sigtimedwait
  rt_sigtimedwait_time64 rt_tgsigqueueinfo sched_getaffinity sched_getattr sched_getparam
  sched_get_priority_max sched_get_priority_min sched_getscheduler sched_rr_get_interval
  sched_rr_get_interval_time64 sched_setaffinity sched_setattr sched_setparam sched_setscheduler
  sched_yield seccomp select semctl semget semop semtimedop semtimedop_time64 send sendfile
  sendfile64 sendmmsg sendmsg sendto setfsgid setfsgid32 setfsuid setfsuid32 setgid setgid32
  setgroups setgroups32 setitimer setpgid setpriority setregid setregid32 setresgid setresgid32
  setresuid setresuid32 setreuid setreuid32 setrlimit set_robust_list setsid setsockopt
  set_thread_area set_tid_address setuid setuid32 setxattr shmat shmctl shmdt shmget shutdown
  sigaltstack signalfd signalfd4 sigprocmask sigreturn socketcall socketpair splice stat stat64
  statfs statfs64 statx symlink symlinkat sync sync_file_range syncfs sysinfo tee tgkill time
  timer_create timer_delete timer_getoverrun timer_gettime timer_gettime64 timer_settime
  timer_settime64 timerfd_create timerfd_gettime timerfd_gettime64 timerfd_settime
  timerfd_settime64 times tkill truncate truncate64 ugetrlimit umask uname unlink unlinkat utime
  utimensat utimensat_time64 utimes vfork vmsplice wait4 waitid waitpid write writev ptrace`;

/** What a capability stands for is for the kernel to allow, and not for the filter to forbid. */
const allowedWith: Record<string, string> = {
  CAP_DAC_READ_SEARCH: "open_by_handle_at",
  CAP_SYS_ADMIN: `bpf clone clone3 fanotify_init fsconfig fsmount fsopen fspick lookup_dcookie mount
    mount_setattr move_mount name_to_handle_at open_tree perf_event_open quotactl quotactl_fd
    setdomainname sethostname setns syslog umount umount2 unshare`,
  CAP_SYS_BOOT: "reboot",
  CAP_SYS_CHROOT: "chroot",
  CAP_SYS_MODULE: "delete_module init_module finit_module",
  CAP_SYS_PACCT: "acct",
  CAP_SYS_PTRACE: "kcmp pidfd_getfd process_madvise process_vm_readv process_vm_writev ptrace",
  CAP_SYS_RAWIO: "iopl ioperm",
  CAP_SYS_TIME: "settimeofday stime clock_settime clock_settime64",
  CAP_SYS_TTY_CONFIG: "vhangup",
  CAP_SYS_NICE: "get_mempolicy mbind set_mempolicy",
  CAP_SYSLOG: "syslog",
  // Younger than docker 20.10.
  CAP_BPF: "bpf",
  CAP_PERFMON: "perf_event_open",
};

const words = (text: string) => text.trim().split(/\s+/);

function allow(names: string, rest: Partial<SyscallRule> = {}): SyscallRule {
  return { names: words(names), action: "SCMP_ACT_ALLOW", ...rest };
}

function first(op: string, value: bigint, valueTwo = 0n): readonly ArgumentRule[] {
  return [{ index: 0, op: `SCMP_CMP_${op}`, value, valueTwo }];
}

const withoutAdmin = { excludes: { caps: ["CAP_SYS_ADMIN"] } };

export const defaultProfile: SeccompProfile = {
  defaultAction: "SCMP_ACT_ERRNO",
  archMap: [
    {
      architecture: "SCMP_ARCH_X86_64",
      subArchitectures: ["SCMP_ARCH_X86", "SCMP_ARCH_X32"],
    },
    { architecture: "SCMP_ARCH_AARCH64", subArchitectures: ["SCMP_ARCH_ARM"] },
  ],
  syscalls: [
    allow(allowed),
    allow("socket", { args: first("LT", AF_ALG) }),
    allow("socket", { args: first("EQ", AF_ALG + 1n) }),
    allow("socket", { args: first("GT", AF_VSOCK) }),
    ...personalities.map((each) => allow("personality", { args: first("EQ", each) })),
    allow("arm_fadvise64_64 arm_sync_file_range sync_file_range2 breakpoint cacheflush set_tls", {
      includes: { arches: ["arm", "arm64"] },
    }),
    allow("arch_prctl", { includes: { arches: ["amd64", "x32"] } }),
    allow("modify_ldt", { includes: { arches: ["amd64", "x32", "x86"] } }),
    ...Object.entries(allowedWith).map(([cap, names]) =>
      allow(names, { includes: { caps: [cap] } })
    ),
    allow("clone", { args: first("MASKED_EQ", NEW_NAMESPACES), ...withoutAdmin }),
    // The flags are out of a filter's sight. With this error the C library takes clone.
    { names: ["clone3"], action: "SCMP_ACT_ERRNO", errnoRet: ENOSYS, ...withoutAdmin },
  ],
};

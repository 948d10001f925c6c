/**
 * System calls of x32 programs on x86-64: asm/unistd_x32.h of Linux 6.1, without the bit that all of them have. They are those
 * of x86-64 but for these, which take other structures, and those that x32 does without.
 */
export const x32 = `
  @512 rt_sigaction rt_sigreturn ioctl readv writev recvfrom sendmsg recvmsg execve ptrace
  rt_sigpending rt_sigtimedwait rt_sigqueueinfo sigaltstack timer_create mq_notify kexec_load
  waitid set_robust_list get_robust_list vmsplice move_pages preadv pwritev rt_tgsigqueueinfo
  recvmmsg sendmmsg process_vm_readv process_vm_writev setsockopt getsockopt io_setup io_submit
  execveat preadv2 pwritev2
`;

/** What x86-64 has and x32 has not, beside those above under their other numbers. */
export const x32Lacks: readonly string[] = [
  "uselib",
  "_sysctl",
  "create_module",
  "get_kernel_syms",
  "query_module",
  "nfsservctl",
  "set_thread_area",
  "get_thread_area",
  "epoll_ctl_old",
  "epoll_wait_old",
  "vserver",
];

/** Numbers of system calls by name, for each architecture that a filter can be about. */

import { aarch64 } from "./syscalls/aarch64.ts";
import { i386 } from "./syscalls/i386.ts";
import { x32, x32Lacks } from "./syscalls/x32.ts";
import { x86_64 } from "./syscalls/x86_64.ts";
import type { FilterArchitecture } from "./policy.ts";

/** __X32_SYSCALL_BIT */
export const X32_BIT = 0x40000000;

/** Names that profiles have for other machines, and for what is younger than the tables. */
export const foreignSyscalls: ReadonlySet<string> = new Set(
  `arm_fadvise64_64 arm_sync_file_range breakpoint cachectl cacheflush cachestat epoll_ctl_old
  epoll_wait_old fchmodat2 fstatat64 fstatfs64 futex_requeue futex_wait futex_wake
  getpagesize getxattrat listmount listxattrat lsm_get_self_attr lsm_list_modules
  lsm_set_self_attr map_shadow_stack mseal multiplexer open_tree_attr pciconfig_iobase
  pciconfig_read pciconfig_write removexattrat riscv_flush_icache riscv_hwprobe rtas
  s390_guarded_storage s390_pci_mmio_read s390_pci_mmio_write s390_runtime_instr s390_sthyi
  set_tls setxattrat spu_create spu_run statmount subpage_prot swapcontext switch_endian
  sync_file_range2 sysmips uretprobe uprobe usr26 usr32 get_tls bdflush nice timerfd sigaction
  file_getattr file_setattr`.split(/\s+/),
);

const tables = new Map<FilterArchitecture, ReadonlyMap<string, number>>();

export function syscallNumbers(architecture: FilterArchitecture): ReadonlyMap<string, number> {
  const table = tables.get(architecture) ?? makeTable(architecture);
  tables.set(architecture, table);
  return table;
}

function makeTable(architecture: FilterArchitecture): Map<string, number> {
  switch (architecture) {
    case "X86_64":
      return parse(x86_64);
    case "X86":
      return parse(i386);
    case "AARCH64":
      return parse(aarch64);
    case "X32": {
      const numbers = [...parse(x86_64), ...parse(x32)]; // the later ones replace
      const own = numbers.filter(([name]) => !x32Lacks.includes(name));
      return new Map(own.map(([name, number]) => [name, number + X32_BIT]));
    }
  }
}

function parse(text: string): Map<string, number> {
  const numbers = new Map<string, number>();
  let next = 0;
  for (const word of text.trim().split(/\s+/)) {
    if (word.startsWith("@")) next = Number(word.slice(1));
    else numbers.set(word, next++);
  }
  return numbers;
}

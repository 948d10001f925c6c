/** capabilities(7): names in the order of their numbers, and what docker leaves to a container. */

export const allCapabilities = [
  "CHOWN",
  "DAC_OVERRIDE",
  "DAC_READ_SEARCH",
  "FOWNER",
  "FSETID",
  "KILL",
  "SETGID",
  "SETUID",
  "SETPCAP",
  "LINUX_IMMUTABLE",
  "NET_BIND_SERVICE",
  "NET_BROADCAST",
  "NET_ADMIN",
  "NET_RAW",
  "IPC_LOCK",
  "IPC_OWNER",
  "SYS_MODULE",
  "SYS_RAWIO",
  "SYS_CHROOT",
  "SYS_PTRACE",
  "SYS_PACCT",
  "SYS_ADMIN",
  "SYS_BOOT",
  "SYS_NICE",
  "SYS_RESOURCE",
  "SYS_TIME",
  "SYS_TTY_CONFIG",
  "MKNOD",
  "LEASE",
  "AUDIT_WRITE",
  "AUDIT_CONTROL",
  "SETFCAP",
  "MAC_OVERRIDE",
  "MAC_ADMIN",
  "SYSLOG",
  "WAKE_ALARM",
  "BLOCK_SUSPEND",
  "AUDIT_READ",
  "PERFMON",
  "BPF",
  "CHECKPOINT_RESTORE",
] as const;

export type Capability = typeof allCapabilities[number];

/** Docker's fourteen: in the bounding, permitted and effective sets, never inheritable (CVE-2022-24769). */
export const defaultCapabilities: readonly Capability[] = [
  "CHOWN",
  "DAC_OVERRIDE",
  "FSETID",
  "FOWNER",
  "MKNOD",
  "NET_RAW",
  "SETGID",
  "SETUID",
  "SETFCAP",
  "SETPCAP",
  "NET_BIND_SERVICE",
  "SYS_CHROOT",
  "KILL",
  "AUDIT_WRITE",
];

/** Numbers above the last that this kernel knows are refused with EINVAL; new ones may come. */
export const HIGHEST_CAPABILITY = 63;

/** Whether this is a capability's name, in capital letters and without its prefix. */
export function isCapability(name: string): name is Capability {
  return (allCapabilities as readonly string[]).includes(name);
}

/** The number of a capability. */
export function capabilityNumber(capability: Capability): number {
  return allCapabilities.indexOf(capability);
}

/** A set of capabilities as a bit mask. */
export function capabilityMask(capabilities: readonly Capability[]): bigint {
  return capabilities.reduce((mask, each) => mask | (1n << BigInt(capabilityNumber(each))), 0n);
}

/**
 * The arguments of capset(2): a header of version 3 for the calling thread, and the data with equal effective and permitted
 * sets and an empty inheritable set.
 */
export function capsetArguments(mask: bigint): { header: Uint8Array; data: Uint8Array } {
  const LINUX_CAPABILITY_VERSION_3 = 0x20080522;
  const low = Number(mask & 0xffffffffn), high = Number(mask >> 32n);
  const header = new Uint32Array([LINUX_CAPABILITY_VERSION_3, 0]);
  const data = new Uint32Array([low, low, 0, high, high, 0]);
  return { header: new Uint8Array(header.buffer), data: new Uint8Array(data.buffer) };
}

/** What a filter decides, for each system call of each architecture: a profile that was resolved for a container. */

/** The architectures of a filter, with libseccomp's names behind SCMP_ARCH_. */
export type FilterArchitecture = "X86_64" | "X86" | "X32" | "AARCH64";

/** linux/seccomp.h: SECCOMP_RET_* */
export const VERDICT = {
  KILL_PROCESS: 0x80000000,
  KILL_THREAD: 0,
  TRAP: 0x30000,
  ERRNO: 0x50000,
  TRACE: 0x7ff00000,
  LOG: 0x7ffc0000,
  ALLOW: 0x7fff0000,
} as const;

/** A comparison of an argument, in 64 bits without sign: seccomp_rule_add(3). */
export interface Condition {
  readonly index: number;
  readonly operator: "NE" | "LT" | "LE" | "EQ" | "GE" | "GT" | "MASKED_EQ";
  /** For MASKED_EQ the mask. */
  readonly value: bigint;
  /** What MASKED_EQ compares with. */
  readonly valueTwo: bigint;
}

/** A verdict for calls that meet all of the conditions. */
export interface Case {
  readonly conditions: readonly Condition[];
  readonly verdict: number;
}

/** Of the cases that apply, the first one counts. */
export interface Decision {
  readonly cases: readonly Case[];
  readonly otherwise: number;
}

export interface Policy {
  readonly architecture: FilterArchitecture;
  /** By number; x32's have their bit. */
  readonly calls: ReadonlyMap<number, Decision>;
  /** For calls without a rule. */
  readonly otherwise: number;
  /** The highest number that the profile names. */
  readonly last: number;
  /** For calls with a higher one. */
  readonly newer: number;
}

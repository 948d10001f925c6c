/** Seccomp profiles in docker's JSON. */

/** An architecture of libseccomp: `SCMP_ARCH_X86_64`. */
type ArchitectureName = string;

export interface SeccompProfile {
  readonly defaultAction: string;
  /** 1 (EPERM) if there is none. */
  readonly defaultErrnoRet?: number;
  readonly architectures?: readonly ArchitectureName[];
  /** What to take for the host's architecture, instead of `architectures`. */
  readonly archMap?: readonly ArchitectureMapping[];
  readonly syscalls: readonly SyscallRule[];
}

export interface ArchitectureMapping {
  readonly architecture: ArchitectureName;
  readonly subArchitectures: readonly ArchitectureName[];
}

export interface SyscallRule {
  readonly names: readonly string[];
  readonly action: string;
  readonly errnoRet?: number;
  readonly args?: readonly ArgumentRule[];
  /** The rule is for containers and hosts for which all of this holds ... */
  readonly includes?: Circumstances;
  /** ... and none of this. */
  readonly excludes?: Circumstances;
}

export interface ArgumentRule {
  readonly index: number;
  readonly value: bigint;
  readonly valueTwo: bigint;
  /** `SCMP_CMP_EQ` */
  readonly op: string;
}

export interface Circumstances {
  /** `CAP_SYS_ADMIN`, in the bounding set. */
  readonly caps?: readonly string[];
  /** In Go's words, one of them: `amd64`. */
  readonly arches?: readonly string[];
  /** `4.8` */
  readonly minKernel?: string;
}

/** What a container's process is to be started in: the sandbox in data, before it becomes system calls. */

import type { IdMappings } from "../../ffi/idmap.ts";
import type { CgroupHierarchy } from "./cgroup.ts";
import type { SandboxSecurity } from "./security.ts";
import type { SandboxLimits } from "./limits/spec.ts";
import type { User } from "./user.ts";

export interface SandboxSpec {
  /** Where the host sees the mounted root file system. */
  readonly rootfs: string;
  /** Nothing can be mounted or unshared, or no /proc: it is kept by a chroot alone. Of the rest, what would take more is left out. */
  readonly chroot?: true;
  readonly readonlyRootfs: boolean;
  readonly hostname: string;
  readonly domainname: string;
  /** `none`: a network namespace with a loopback interface; `host`: the host's; a descriptor of one that is ready. */
  readonly network: "none" | "host" | { readonly namespace: number };
  /** A user namespace that the others are to belong to; undefined for the host's. */
  readonly userNamespace?: SandboxUserNamespace;
  /** Namespaces that are the host's. */
  readonly hostNamespaces: readonly ("pid" | "ipc" | "uts")[];
  /** Descriptor of the pid namespace of another container, in which the process is to be born. */
  readonly joinPidNamespace?: number;
  /** A detached mount of that namespace's /proc: to make one is only for processes that are in the namespace. */
  readonly procTree?: number;
  /** Descriptor of the ipc namespace of another container. */
  readonly joinIpcNamespace?: number;
  /** Mounted in this order, after /proc, /dev and /sys. */
  readonly mounts: readonly SandboxMount[];
  /** Bytes of a /dev/shm of its own; undefined if there is to be none, or one of the mounts is it. */
  readonly shmSize?: number;
  readonly maskedPaths: readonly string[];
  readonly readonlyPaths: readonly string[];
  readonly security: SandboxSecurity;
  readonly user: User;
  readonly workingDirectory: string;
  readonly argv: readonly string[];
  /** `NAME=value`, PATH among them if the program is to be searched for. */
  readonly env: readonly string[];
  /** Descriptors of box that become 0, 1 and 2. */
  readonly stdio: readonly [number, number, number];
  /** If those are a terminal: the detached devpts that it belongs to, which becomes /dev/pts. */
  readonly terminal?: { readonly devpts: number };
  readonly cgroup?: {
    readonly hierarchy: CgroupHierarchy;
    /** As Cgroup.open() gives it. */
    readonly fd: number;
    /** Descriptors of cgroup.procs of groups of cgroup v1 that it joins as well. */
    readonly joined?: readonly number[];
    /** Whether it gets a cgroup namespace of its own; true unless said otherwise. */
    readonly isPrivate?: boolean;
  };
  /** Undefined where there are none. */
  readonly limits?: SandboxLimits;
  /** Whether a reaper is process 1, and the program its child. */
  readonly init: boolean;
}

export interface SandboxUserNamespace extends IdMappings {
  readonly fd: number;
  /** Detached trees that box has made for it: the root file system, and /dev. */
  readonly trees?: { readonly root: number; readonly devices: number };
}

/** A mount that was asked for. Its target is made if it is missing, and resolved inside the root, symbolic links included. */
export type SandboxMount =
  & {
    readonly target: string;
    /**
     * Whether the way to the target may lead over another mount: below /dev and /sys, or inside a mount that was asked for, too.
     * Otherwise a symbolic link in the image could lead the mount onto /proc.
     */
    readonly crossesMounts: boolean;
  }
  & ({
    readonly type: "bind";
    /** What the target must be. */
    readonly kind: "directory" | "file";
    /** A detached tree (open_tree), its attributes set. */
    readonly treeFd: number;
  } | {
    readonly type: "tmpfs";
    /** MS_* */
    readonly flags: number;
    /** Options for the file system, such as `size=65536k,mode=1777`. */
    readonly data: string;
  });

/**
 * From a sandbox in data to the list of system calls that makes it. Nothing is decided here that needs to look at the host,
 * and nothing is executed: the list is run by the container's first process, and can be read and tested as it is.
 */

import { AT, CLONE, MNT_DETACH, MOVE_MOUNT_F_EMPTY_PATH, MS } from "../../ffi/constants.ts";
import type { SpawnProgram } from "../../ffi/spawn/program.ts";
import { isOnlyHierarchy } from "./cgroup.ts";
import { planDevices } from "./devices.ts";
import { type HostTrees, planAttach, takeHostTrees } from "./host_trees.ts";
import { planLimits } from "./limits/plan.ts";
import { planDirectories, planHiding, planMount, planReadonlyRoot } from "./mounts.ts";
import { planProcess } from "./process.ts";
import { planAppArmor, tieToParent } from "./security.ts";
import type { SandboxSpec } from "./spec.ts";

/** What the plan must know of the host. */
export interface HostFacts {
  /** /proc/sys/kernel/cap_last_cap */
  readonly lastCapability: number;
  /** Which of the paths to hide or protect exist here, and whether they are directories. */
  readonly kernelPaths: ReadonlyMap<string, "file" | "directory">;
  /** Undefined where box is not in a user namespace. */
  readonly userNamespace?: {
    /** Whether setgroups(2) is forbidden: where only one group is mapped. */
    readonly deniesGroups: boolean;
  };
}

/**
 * The namespaces that a sandbox gets at its clone; the cgroup namespace follows when it has joined its group. A pid namespace
 * that it joins is for whoever clones to enter before: setns(2) concerns only processes that are born afterwards.
 */
export function namespacesOf(spec: SandboxSpec): number {
  if (spec.chroot) return 0;
  const { hostNamespaces, joinPidNamespace, joinIpcNamespace } = spec;
  const isOwn = (name: "pid" | "ipc" | "uts", joined?: number) =>
    !hostNamespaces.includes(name) && joined === undefined;
  return CLONE.NEWNS |
    (isOwn("pid", joinPidNamespace) ? CLONE.NEWPID : 0) |
    (isOwn("uts") ? CLONE.NEWUTS : 0) |
    (isOwn("ipc", joinIpcNamespace) ? CLONE.NEWIPC : 0) |
    (spec.network === "none" ? CLONE.NEWNET : 0);
}

/**
 * Appends everything between clone and execve to a program; an Execution has the rest, and `executionFds` are what that needs.
 */
export function planSandbox(
  program: SpawnProgram,
  spec: SandboxSpec,
  host: HostFacts,
  executionFds: readonly number[],
): void {
  tieToParent(program);
  planAppArmor(program, spec.security);
  program.call("umask", [0], { what: "set the umask" });
  joinCgroup(program, spec);
  joinNamespaces(program, spec);
  if (spec.network === "none") bringLoopbackUp(program);
  const trees = host.userNamespace && takeHostTrees(program, spec);
  enterRoot(program, spec);
  // A user namespace may only mount /proc and /sys as long as it sees the host's: mount_namespaces(7).
  const needsHost = trees !== undefined || spec.userNamespace !== undefined;
  if (!needsHost) leaveHostRoot(program);
  mountKernelFileSystems(program, spec, trees);
  if (needsHost) leaveHostRoot(program);
  planDevices(program, spec, trees);
  planLimits(program, spec.limits, trees);
  planHiding(program, spec, host.kernelPaths);
  for (const mount of spec.mounts) planMount(program, mount);
  planDirectories(program, spec.workingDirectory); // docker makes what is missing of it
  if (spec.readonlyRootfs) planReadonlyRoot(program);
  nameHost(program, spec);
  planProcess(program, spec, host, {
    isTerminal: spec.terminal !== undefined,
    startsSession: spec.joinPidNamespace === undefined,
    fds: executionFds,
  });
}

function joinCgroup(program: SpawnProgram, { cgroup }: SandboxSpec): void {
  if (cgroup === undefined) return;
  writeCgroup(program, cgroup);
  if (cgroup.isPrivate === false) return;
  program.call("unshare", [CLONE.NEWCGROUP], { what: "make a cgroup namespace" });
}

/** Joins groups of cgroup v1; a process of v2 has been born in it. */
export function writeCgroup(program: SpawnProgram, cgroup: SandboxSpec["cgroup"]): void {
  if (cgroup === undefined) return;
  const { hierarchy, fd, joined = [] } = cgroup;
  for (const group of [...hierarchy.version === 1 ? [fd] : [], ...joined]) {
    program.call("write", [group, "0", 1], { what: "join the container's cgroup" });
  }
}

function joinNamespaces(program: SpawnProgram, spec: SandboxSpec): void {
  const { joinPidNamespace, joinIpcNamespace, network } = spec;
  const join = (name: string, kind: number, fd: number | undefined) => {
    const what = `join the ${name} namespace`;
    if (fd !== undefined) program.call("setns", [fd, kind], { what });
  };
  if (typeof network === "object") join("network", CLONE.NEWNET, network.namespace);
  join("other container's pid", CLONE.NEWPID, joinPidNamespace); // for the process that is still to be born
  join("other container's ipc", CLONE.NEWIPC, joinIpcNamespace);
}

/** ioctl(SIOCSIFFLAGS) with struct ifreq: the interface's name in 16 bytes, then the flags. */
function bringLoopbackUp(program: SpawnProgram): void {
  const AF_INET = 2, SOCK_DGRAM = 2, SIOCSIFFLAGS = 0x8914, IFF_UP = 1;
  const request = new Uint8Array(40);
  request.set(new TextEncoder().encode("lo"));
  request[16] = IFF_UP;
  const socket = program.call("socket", [AF_INET, SOCK_DGRAM, 0], {
    what: "open a socket to configure lo",
  });
  program.call("ioctl", [socket, SIOCSIFFLAGS, request], { what: "bring interface lo up" });
}

/** Slave, not private: what the host unmounts later is not kept alive here. */
function enterRoot(program: SpawnProgram, { rootfs, userNamespace }: SandboxSpec): void {
  program.call("mount", ["", "/", 0, MS.REC | MS.SLAVE, 0], {
    what: "cut the mount tree off from the host's",
  });
  const what = `enter ${rootfs}`, trees = userNamespace?.trees;
  if (trees === undefined) program.call("chdir", [rootfs], { what });
  else {
    program.call("move_mount", [trees.root, "", AT.FDCWD, "/", MOVE_MOUNT_F_EMPTY_PATH], { what });
    program.call("fchdir", [trees.root], { what });
  }
  program.call("pivot_root", [".", "."], { what: `make ${rootfs} the root` });
}

/** The host's root lies on top of the new one, where no path leads but the working directory's own. */
function leaveHostRoot(program: SpawnProgram): void {
  program.call("umount2", [".", MNT_DETACH], { what: "unmount the host's root" });
  program.call("chdir", ["/"], { what: "enter the new root" });
}

/** /proc and /sys are known to be plain directories of the root: the init layer sees to it, and box checks it. */
function mountKernelFileSystems(
  program: SpawnProgram,
  spec: SandboxSpec,
  trees: HostTrees | undefined,
): void {
  const { cgroup, procTree } = spec, isPrivileged = spec.security.hostDevices !== undefined;
  const flags = MS.NOSUID | MS.NODEV | MS.NOEXEC, readOnly = isPrivileged ? 0 : MS.RDONLY;
  const what = "mount /proc";
  if (trees?.proc !== undefined) planAttach(program, trees.proc, "/proc");
  else if (procTree === undefined) {
    program.call("mount", ["proc", "/proc", "proc", flags, 0], { what });
  } else {
    const place = [AT.FDCWD, "/proc", MOVE_MOUNT_F_EMPTY_PATH] as const;
    program.call("move_mount", [procTree, "", ...place], { what });
  }
  if (trees?.sys !== undefined) planAttach(program, trees.sys, "/sys");
  else {program.call("mount", ["sysfs", "/sys", "sysfs", flags | readOnly, 0], {
      what: "mount /sys",
    });}
  if (cgroup !== undefined && isOnlyHierarchy(cgroup.hierarchy)) {
    program.call("mount", ["cgroup", "/sys/fs/cgroup", "cgroup2", flags | readOnly, 0], {
      what: "mount /sys/fs/cgroup",
    });
  }
}

function nameHost(program: SpawnProgram, spec: SandboxSpec): void {
  if (spec.hostNamespaces.includes("uts")) return;
  const { hostname, domainname } = spec;
  const bytes = (text: string) => new TextEncoder().encode(text).length;
  program.call("sethostname", [hostname, bytes(hostname)], { what: `set host name ${hostname}` });
  if (domainname) {
    program.call("setdomainname", [domainname, bytes(domainname)], {
      what: `set domain name ${domainname}`,
    });
  }
}

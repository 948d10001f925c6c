/**
 * From a sandbox in data to the list of system calls that makes it. Nothing is decided here that needs to look at the host,
 * and nothing is executed: the list is run by the container's first process, and can be read and tested as it is.
 */

import { CLONE, MNT_DETACH, MS, PR, SIGNALS, TIOCSCTTY } from "../../ffi/constants.ts";
import { closeAllBut } from "../../ffi/spawn/descriptors.ts";
import type { SpawnProgram } from "../../ffi/spawn/program.ts";
import { capabilityMask, capsetArguments } from "./capabilities.ts";
import { planDevices } from "./devices.ts";
import { planDirectories, planHiding, planMount, planReadonlyRoot } from "./mounts.ts";
import type { SandboxSpec } from "./spec.ts";

/** What the plan must know of the host. */
export interface HostFacts {
  /** /proc/sys/kernel/cap_last_cap */
  readonly lastCapability: number;
  /** Which of the paths to hide or protect exist here, and whether they are directories. */
  readonly kernelPaths: ReadonlyMap<string, "file" | "directory">;
}

/**
 * The namespaces that a sandbox gets at its clone; the cgroup namespace follows when it has joined its group. A pid namespace
 * that it joins is for whoever clones to enter before: setns(2) concerns only processes that are born afterwards.
 */
export function namespacesOf(spec: SandboxSpec): number {
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
  program.call("umask", [0], { what: "set the umask" });
  joinCgroup(program, spec);
  joinNamespaces(program, spec);
  if (spec.network === "none") bringLoopbackUp(program);
  enterRoot(program, spec.rootfs);
  mountKernelFileSystems(program, spec);
  planDevices(program, spec);
  planHiding(program, spec, host.kernelPaths);
  for (const mount of spec.mounts) planMount(program, mount);
  planDirectories(program, spec.workingDirectory); // docker makes what is missing of it
  if (spec.readonlyRootfs) planReadonlyRoot(program);
  nameHost(program, spec);
  connectStreams(program, spec, spec.terminal !== undefined);
  // From here on no path leads out of the root through /proc/self/fd (CVE-2024-21626), chdir's included: none is a directory.
  program.append(closeAllBut(executionFds));
  leaveKeyring(program);
  program.call("chdir", [spec.workingDirectory], {
    what: `change to the working directory ${spec.workingDirectory}`,
  });
  becomeUser(program, spec, host.lastCapability);
}

/** The kernel kills the process when its keeper ends. */
export function tieToParent(program: SpawnProgram): void {
  program.call("prctl", [PR.SET_PDEATHSIG, SIGNALS.SIGKILL, 0, 0, 0], {
    what: "tie the process to its keeper",
  });
}

function joinCgroup(program: SpawnProgram, { cgroup }: SandboxSpec): void {
  if (cgroup === undefined) return;
  writeCgroup(program, cgroup);
  program.call("unshare", [CLONE.NEWCGROUP], { what: "make a cgroup namespace" });
}

/** Joins a group of cgroup v1; a process of v2 has been born in it. */
export function writeCgroup(program: SpawnProgram, cgroup: SandboxSpec["cgroup"]): void {
  if (cgroup?.hierarchy.version !== 1) return;
  program.call("write", [cgroup.fd, "0", 1], { what: "join the container's cgroup" });
}

function joinNamespaces(program: SpawnProgram, { joinIpcNamespace, network }: SandboxSpec): void {
  if (typeof network === "object") {
    program.call("setns", [network.namespace, CLONE.NEWNET], {
      what: "join the network namespace",
    });
  }
  if (joinIpcNamespace === undefined) return;
  program.call("setns", [joinIpcNamespace, CLONE.NEWIPC], {
    what: "join the other container's ipc namespace",
  });
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
function enterRoot(program: SpawnProgram, rootfs: string): void {
  program.call("mount", ["", "/", 0, MS.REC | MS.SLAVE, 0], {
    what: "cut the mount tree off from the host's",
  });
  program.call("chdir", [rootfs], { what: `enter ${rootfs}` });
  program.call("pivot_root", [".", "."], { what: `make ${rootfs} the root` });
  program.call("umount2", [".", MNT_DETACH], { what: "unmount the host's root" });
  program.call("chdir", ["/"], { what: "enter the new root" });
}

/** /proc and /sys are known to be plain directories of the root: the init layer sees to it, and box checks it. */
function mountKernelFileSystems(program: SpawnProgram, { cgroup }: SandboxSpec): void {
  const flags = MS.NOSUID | MS.NODEV | MS.NOEXEC;
  program.call("mount", ["proc", "/proc", "proc", flags, 0], { what: "mount /proc" });
  program.call("mount", ["sysfs", "/sys", "sysfs", flags | MS.RDONLY, 0], { what: "mount /sys" });
  if (cgroup?.hierarchy.version === 2 && cgroup.hierarchy.mountPoint === "/sys/fs/cgroup") {
    program.call("mount", ["cgroup", "/sys/fs/cgroup", "cgroup2", flags | MS.RDONLY, 0], {
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

/** A session of its own, with these streams; if they are a terminal, it is the session's. */
export function connectStreams(
  program: SpawnProgram,
  { stdio, user }: Pick<SandboxSpec, "stdio" | "user">,
  isTerminal: boolean,
): void {
  stdio.forEach((fd, target) =>
    program.call("dup3", [fd, target, 0], { what: `connect stream ${target}` })
  );
  program.call("setsid", [], { what: "start a session" });
  if (!isTerminal) return;
  program.call("ioctl", [0, TIOCSCTTY, 0], { what: "make the terminal the session's" });
  const SAME_GROUP = -1;
  program.call("fchown", [0, user.uid, SAME_GROUP], { what: "give the terminal to the user" });
}

/** Whoever started box may have keys in its session keyring, which is inherited; a process that has left it finds none. */
export function leaveKeyring(program: SpawnProgram): void {
  const KEYCTL_JOIN_SESSION_KEYRING = 1;
  program.call("keyctl", [KEYCTL_JOIN_SESSION_KEYRING, 0], {
    what: "leave the session keyring",
    onError: "continue", // a kernel without keys
  });
}

/** Capabilities are dropped from the bounding set while the process may still do so; changing to another user drops the rest. */
export function becomeUser(
  program: SpawnProgram,
  spec: Pick<SandboxSpec, "user" | "capabilities">,
  lastCapability: number,
): void {
  const { user, capabilities } = spec;
  for (let number = 0; number <= lastCapability; number++) {
    if (capabilities & (1n << BigInt(number))) continue;
    program.call("prctl", [PR.CAPBSET_DROP, number, 0, 0, 0], {
      what: `drop capability ${number}`,
    });
  }
  const groups = new Uint8Array(Uint32Array.from(user.groups).buffer);
  program.call("setgroups", [user.groups.length, groups], { what: "set supplementary groups" });
  program.call("setresgid", [user.gid, user.gid, user.gid], { what: `become group ${user.gid}` });
  program.call("setresuid", [user.uid, user.uid, user.uid], { what: `become user ${user.uid}` });
  const { header, data } = capsetArguments(user.uid === 0 ? capabilities : capabilityMask([]));
  program.call("capset", [header, data], { what: "set capabilities" });
  tieToParent(program); // once more: a change of user unties
  program.call("umask", [0o022], { what: "set the umask" });
}

/** What a sandbox's processes may do: in data, and as the last system calls before their program. */

import { AT, O, PR } from "../../ffi/constants.ts";
import type { SpawnProgram } from "../../ffi/spawn/program.ts";
import { tieToKeeper } from "../../ffi/spawn/tie.ts";
import { type Capability, capabilityMask, capsetArguments } from "./capabilities.ts";
import type { HostDevice } from "./host_devices.ts";
import type { HostFacts } from "./plan.ts";
import type { User } from "./user.ts";

export interface SandboxSecurity {
  /** Bit mask of the bounding, permitted and effective sets. */
  readonly capabilities: bigint;
  /** Whether a setuid program or file capabilities give no rights: prctl(2), PR_SET_NO_NEW_PRIVS. */
  readonly noNewPrivileges: boolean;
  /** An array of struct sock_filter; undefined for all system calls. */
  readonly seccompFilter?: Uint8Array;
  /** A profile that the host has loaded. */
  readonly appArmorProfile?: string;
  /** --privileged: these, and /sys can be written to. */
  readonly hostDevices?: readonly HostDevice[];
}

/** Appends the change to the user and to what he may do. Execve is to follow, nothing else. */
export function planRights(
  program: SpawnProgram,
  { user, security }: { readonly user: User; readonly security: SandboxSecurity },
  { lastCapability, userNamespace }: Pick<HostFacts, "lastCapability" | "userNamespace">,
): void {
  const { noNewPrivileges, seccompFilter } = security;
  limitCapabilities(program, security.capabilities, lastCapability);
  program.call("umask", [0o022], { what: "set the umask" });
  // Without no_new_privs a filter takes CAP_SYS_ADMIN: seccomp(2). As little as possible comes after it, which it could forbid.
  const isPrivileged = seccompFilter !== undefined && !noNewPrivileges;
  becomeUser(program, user, isPrivileged, userNamespace?.deniesGroups);
  const rights = user.uid === 0 ? security.capabilities : 0n;
  setCapabilities(program, isPrivileged ? rights | maskOf("SYS_ADMIN") : rights);
  tieToParent(program); // once more: a change of user unties
  if (noNewPrivileges) {
    program.call("prctl", [PR.SET_NO_NEW_PRIVS, 1, 0, 0, 0], { what: "set no_new_privs" });
  }
  if (seccompFilter !== undefined) installFilter(program, seccompFilter);
  if (isPrivileged) setCapabilities(program, rights);
}

/** The kernel kills the process when its keeper ends. */
export function tieToParent(program: SpawnProgram): void {
  program.append(tieToKeeper());
}

/** Capabilities are dropped from the bounding set while the process may still do so. */
function limitCapabilities(program: SpawnProgram, mask: bigint, lastCapability: number): void {
  for (let number = 0; number <= lastCapability; number++) {
    if (mask & (1n << BigInt(number))) continue;
    program.call("prctl", [PR.CAPBSET_DROP, number, 0, 0, 0], {
      what: `drop capability ${number}`,
    });
  }
}

function becomeUser(
  program: SpawnProgram,
  user: User,
  keepsCapabilities: boolean,
  keepsGroups = false,
): void {
  const groups = new Uint8Array(Uint32Array.from(user.groups).buffer);
  if (!keepsGroups) {
    program.call("setgroups", [user.groups.length, groups], { what: "set supplementary groups" });
  }
  program.call("setresgid", [user.gid, user.gid, user.gid], { what: `become group ${user.gid}` });
  if (keepsCapabilities && user.uid !== 0) {
    program.call("prctl", [PR.SET_KEEPCAPS, 1, 0, 0, 0], { what: "keep capabilities" });
  }
  program.call("setresuid", [user.uid, user.uid, user.uid], { what: `become user ${user.uid}` });
}

function setCapabilities(program: SpawnProgram, mask: bigint): void {
  const { header, data } = capsetArguments(mask);
  program.call("capset", [header, data], { what: "set capabilities" });
}

const maskOf = (capability: Capability) => capabilityMask([capability]);

function installFilter(program: SpawnProgram, filter: Uint8Array): void {
  const SECCOMP_SET_MODE_FILTER = 1, SIZEOF_SOCK_FILTER = 8;
  const fprog = [filter.length / SIZEOF_SOCK_FILTER, filter]; // struct sock_fprog
  program.call("seccomp", [SECCOMP_SET_MODE_FILTER, 0, fprog], {
    what: "install the seccomp filter",
  });
}

/**
 * The profile takes effect with execve: kernel document admin-guide/LSM/apparmor. To be asked for as long as /proc is the host's:
 * the process may not be in the container's pid namespace.
 */
export function planAppArmor(
  program: SpawnProgram,
  { appArmorProfile }: SandboxSecurity,
): void {
  if (appArmorProfile === undefined) return;
  const what = `apply apparmor profile ${appArmorProfile}`;
  const command = new TextEncoder().encode(`exec ${appArmorProfile}`);
  const file = program.call(
    "openat",
    [AT.FDCWD, "/proc/self/attr/exec", O.WRONLY | O.CLOEXEC, 0],
    { what },
  );
  program.call("write", [file, command, command.length], { what });
  program.call("close", [file], { what });
}

/** What the kernel lets this process do, found by asking it: user_namespaces(7), capabilities(7). */

import { AT, CLONE, MS } from "./constants.ts";
import { cstring } from "./cstring.ts";
import { ENTERED } from "./entered.ts";
import { check, errnoName, SystemError } from "./errno.ts";
import { kernel } from "./kernel.ts";
import { showsWholeProc } from "./mount_points.ts";
import { statAt } from "./stat.ts";

const EPERM = 1;

/** Numbers of capabilities that box needs for its work. */
export const CAP = { NET_ADMIN: 12, SYS_ADMIN: 21 } as const;

/** How this process gets at mounts and namespaces. */
export type Means =
  /** It may have them where it is. */
  | { readonly kind: "own" }
  /** In a user namespace that it may make. */
  | { readonly kind: "user namespace" }
  /** Not at all; `why` is what the kernel answered to both. */
  | { readonly kind: "none"; readonly why: string };

/** Asks the kernel; costs a process where this one may not mount. Nothing is left of the question. */
export async function probeMeans(): Promise<Means> {
  const mounting = mountingRefusal();
  if (mounting === undefined) return { kind: "own" };
  const namespace = await userNamespaceRefusal();
  if (namespace === undefined) return { kind: "user namespace" };
  return { kind: "none", why: `mount: ${mounting.code}; user namespace: ${namespace.code}` };
}

/** Bit mask of the effective capabilities; capget(2), which is one call and no file. */
export function effectiveCapabilities(): bigint {
  const LINUX_CAPABILITY_VERSION_3 = 0x20080522;
  const header = new Uint32Array([LINUX_CAPABILITY_VERSION_3, 0]); // version, this thread
  const data = new Uint32Array(6); // effective, permitted, inheritable; twice, the lower half first
  check(kernel.capget(new Uint8Array(header.buffer), new Uint8Array(data.buffer)), "capget");
  return BigInt(data[0]) | BigInt(data[3]) << 32n;
}

/** Whether it has a capability over its user namespace; a seccomp policy may still forbid what it is for. */
export function isCapable(capability: number): boolean {
  return (effectiveCapabilities() & 1n << BigInt(capability)) !== 0n;
}

/**
 * Whether this is another user namespace than the host's: the root directory of /proc belongs to the host's root, who is
 * nobody (the overflow uid) where only some of the host's users are mapped. Where box has entered a namespace it says so.
 */
export function isInUserNamespace(): boolean {
  return inUserNamespace ??= Deno.env.has(ENTERED) || statAt(AT.FDCWD, "/proc").uid !== 0;
}

let inUserNamespace: boolean | undefined;

/**
 * Why nothing can be mounted that a container needs: a capability is missing, a seccomp policy or a security module forbids it, or
 * there is no /proc to be had in this user namespace; undefined if it can.
 */
export function mountingRefusal(): SystemError | undefined {
  const errno = askToMount();
  if (errno !== undefined) return new SystemError("mount", "", errno);
  return isInUserNamespace() ? hiddenProcRefusal() : undefined;
}

/** Whether mount(2) is permitted at all. */
export function mayMount(): boolean {
  return askToMount() === undefined;
}

/** What is asked for, a bind mount of nothing, cannot be, but the kernel looks at that last (EINVAL). */
function askToMount(): number | undefined {
  const empty = cstring(""),
    result = kernel.mount(empty, cstring("/"), null, BigInt(MS.BIND), null);
  return errnoName(-result) === "EINVAL" ? undefined : -result;
}

/**
 * Why a user namespace gets no /proc: the kernel mounts none there as long as parts of the one that can be seen are hidden
 * (mount_namespaces(7)), as docker hides some. Undefined if nothing is hidden.
 */
export function hiddenProcRefusal(): SystemError | undefined {
  isProcHidden ??= !showsWholeProc();
  return isProcHidden ? new SystemError("mount", "/proc", EPERM) : undefined;
}

let isProcHidden: boolean | undefined;

/** Why there can be no user namespace with a mount namespace for this process; undefined if there can be one. */
export async function userNamespaceRefusal(): Promise<SystemError | undefined> {
  // Root had better not go into one then: a chroot takes less from him. Others have no other way to one.
  const hidden = Deno.uid() === 0 ? hiddenProcRefusal() : undefined;
  if (hidden !== undefined) return hidden;
  const { SpawnProgram } = await import("./spawn/program.ts");
  const { start } = await import("./spawn/process.ts");
  const program = new SpawnProgram();
  // Some hosts let anybody have a namespace, but nobody in it any rights (AppArmor in Ubuntu).
  program.call("mount", ["", "/", 0, MS.REC | MS.PRIVATE, 0], {
    what: "mount in a user namespace",
  });
  try {
    using process = start(program, { namespaces: CLONE.NEWUSER | CLONE.NEWNS });
    return process.waitUntilExecuted() ?? (await process.waitForExit(), undefined);
  } catch (error) {
    if (error instanceof SystemError) return error;
    throw error;
  }
}

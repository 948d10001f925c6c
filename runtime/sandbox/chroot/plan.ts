/**
 * A sandbox where nothing can be mounted or unshared, or no /proc: chroot(2) alone. What can still be had is had: the user, fewer
 * capabilities than docker's, no_new_privs, the seccomp filter, resource limits, a session of its own.
 */

import { AT, MS, S } from "../../../ffi/constants.ts";
import type { SpawnProgram } from "../../../ffi/spawn/program.ts";
import type { Cell } from "../../../ffi/spawn/values.ts";
import { makeDevice } from "../../../ffi/stat.ts";
import { capabilityMask } from "../capabilities.ts";
import { deviceNodes } from "../devices.ts";
import { planHostNode, takeDevices } from "../host_trees.ts";
import { planDirectories } from "../mounts.ts";
import type { HostFacts } from "../plan.ts";
import { planProcess } from "../process.ts";
import { type SandboxSecurity, tieToParent } from "../security.ts";
import type { SandboxSpec } from "../spec.ts";

/**
 * With them a chroot is none: who may chroot again leaves it, and who may make device nodes has the disks where no control group
 * guards them. Without CAP_SYS_CHROOT no process of the container can trace one of box's, which has it: ptrace(2).
 */
const withheld = capabilityMask(["SYS_CHROOT", "MKNOD", "SYS_ADMIN", "SYS_PTRACE", "SYS_RAWIO"]);

/** What of a container's rights a process can have that is kept by a chroot alone; `own` are box's capabilities. */
export function confinedSecurity(security: SandboxSecurity, own: bigint): SandboxSecurity {
  return {
    ...security,
    capabilities: security.capabilities & own & ~withheld,
    // A seccomp filter takes it, without CAP_SYS_ADMIN.
    noNewPrivileges: true,
  };
}

/**
 * Appends everything between clone and execve. With `ownMounts` the process has a mount namespace of its own, and devices in it
 * that it could not make.
 */
export function planChroot(
  program: SpawnProgram,
  spec: SandboxSpec,
  host: Pick<HostFacts, "lastCapability" | "userNamespace">,
  executionFds: readonly number[],
  ownMounts: boolean,
): void {
  tieToParent(program);
  program.call("umask", [0], { what: "set the umask" });
  let devices: ReadonlyMap<string, Cell> | undefined;
  if (ownMounts) {
    program.call("mount", ["", "/", 0, MS.REC | MS.SLAVE, 0], {
      what: "cut the mount tree off from the host's",
    });
    devices = takeDevices(program);
  }
  const { rootfs } = spec;
  program.call("chdir", [rootfs], { what: `enter ${rootfs}` });
  program.call("chroot", ["."], { what: `make ${rootfs} the root` });
  program.call("chdir", ["/"], { what: "enter the new root" });
  planNodes(program, devices);
  planDirectories(program, spec.workingDirectory); // docker makes what is missing of it
  planProcess(program, spec, host, {
    isTerminal: spec.terminal !== undefined,
    startsSession: true,
    fds: executionFds,
  });
}

/**
 * docker's devices, in a /dev that is known to be a directory, in the place of whatever a process has left there. Where nodes may
 * not be made, there are none: what is written to /dev/null then is a file that belongs to no image.
 */
function planNodes(
  program: SpawnProgram,
  devices: ReadonlyMap<string, Cell> | undefined,
): void {
  for (const [name, major, minor] of deviceNodes) {
    const path = `/dev/${name}`, what = `make ${path}`, onError = "continue" as const;
    program.call("unlinkat", [AT.FDCWD, path, 0], { what, onError });
    const tree = devices?.get(path);
    if (tree !== undefined) {
      planHostNode(program, tree, { name: path, onError });
      continue;
    }
    const device = makeDevice(major, minor);
    program.call("mknodat", [AT.FDCWD, path, S.IFCHR | 0o666, device], { what, onError });
  }
}

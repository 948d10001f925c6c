/** How a process gets into a user namespace, and what has to be done for it before, with the host's rights. */

import { CLONE, MS } from "../../../ffi/constants.ts";
import { close } from "../../../ffi/file.ts";
import { cloneTree, setMountAttributes } from "../../../ffi/mount.ts";
import { SpawnProgram } from "../../../ffi/spawn/program.ts";
import { planOomScore } from "../limits/plan.ts";
import { planResourceLimits } from "../limits/resource_limits.ts";
import type { SandboxLimits } from "../limits/spec.ts";
import { tieToParent } from "../security.ts";
import type { SandboxSpec, SandboxUserNamespace } from "../spec.ts";
import { makeDeviceTree } from "./device_tree.ts";
import { raisedLimits } from "./raised_limits.ts";

/** A sandbox's user namespace with what box has made for it. */
export class UserNamespaceEntry implements Disposable {
  /** Steps of the process that makes the sandbox's own namespaces in there. */
  readonly steps: SpawnProgram;
  /** The same sandbox, less what these steps do. */
  readonly spec: SandboxSpec;
  private readonly fds: number[] = [];

  constructor(spec: SandboxSpec, userNamespace: SandboxUserNamespace) {
    const { limits } = spec;
    this.steps = planEntry(userNamespace.fd, limits);
    try {
      // The process could not walk to the root: box's store is the host root's.
      const rootTree = this.keep(cloneTree(spec.rootfs, false));
      setMountAttributes(rootTree, 0, MS.PRIVATE, false);
      const deviceTree = this.keep(makeDeviceTree(userNamespace, limits?.devices ?? []));
      this.spec = {
        ...spec,
        userNamespace: { ...userNamespace, trees: { root: rootTree, devices: deviceTree } },
        limits: limits && { ...limits, oomScoreAdj: 0, devices: [] },
      };
    } catch (error) {
      this[Symbol.dispose]();
      throw error;
    }
  }

  [Symbol.dispose](): void {
    for (const fd of this.fds.splice(0)) close(fd);
  }

  private keep(fd: number): number {
    this.fds.push(fd);
    return fd;
  }
}

/** The rights to lower the OOM score and to raise limits are the host's, and remain behind. */
function planEntry(fd: number, limits: SandboxLimits | undefined): SpawnProgram {
  const program = new SpawnProgram();
  tieToParent(program);
  planHostRights(program, limits);
  program.call("setns", [fd, CLONE.NEWUSER], { what: "enter the user namespace" });
  becomeRoot(program);
  return program;
}

/** What takes rights of the host. */
function planHostRights(
  program: SpawnProgram,
  limits: Pick<SandboxLimits, "ulimits" | "oomScoreAdj"> | undefined,
): void {
  if (limits === undefined) return;
  planOomScore(program, limits.oomScoreAdj);
  planResourceLimits(program, raisedLimits(limits.ulimits));
}

/** The host's root has no name in the namespace, and may own nothing there. */
function becomeRoot(program: SpawnProgram): void {
  program.call("setgroups", [0, 0], { what: "leave the host's groups" });
  program.call("setresgid", [0, 0, 0], { what: "become the namespace's group 0" });
  program.call("setresuid", [0, 0, 0], { what: "become the namespace's root" });
}

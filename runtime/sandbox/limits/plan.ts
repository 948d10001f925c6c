/** The system calls that limit a sandbox's process before it executes its program. */

import { AT, MS, O } from "../../../ffi/constants.ts";
import { encodeName } from "../../../ffi/cstring.ts";
import type { SpawnProgram } from "../../../ffi/spawn/program.ts";
import type { Cell } from "../../../ffi/spawn/values.ts";
import { makeDevice } from "../../../ffi/stat.ts";
import { deviceNodes } from "../devices.ts";
import { type HostTrees, planHostNode } from "../host_trees.ts";
import { planDirectories } from "../mounts.ts";
import type { DeviceNode, SandboxLimits } from "./spec.ts";
import { planSysctls } from "./sysctls.ts";

/** With /proc, /sys and /dev of the new root mounted, and not yet protected. */
export function planLimits(
  program: SpawnProgram,
  limits: SandboxLimits | undefined,
  trees?: HostTrees,
): void {
  if (limits === undefined) return;
  planOomScore(program, limits.oomScoreAdj);
  planSysctls(program, limits.sysctls);
  for (const device of limits.devices) {
    planDevice(program, device, trees?.devices.get(device.source));
  }
  if (limits.visibleControllers.length > 0) planControllers(program, limits.visibleControllers);
}

/** proc_pid_oom_score_adj(5). Those that share its memory get it as well: the keeper's has to be set back. */
export function planOomScore(program: SpawnProgram, score: number): void {
  if (score === 0) return;
  const bytes = encodeName(String(score));
  const file = program.call("openat", [
    AT.FDCWD,
    "/proc/self/oom_score_adj",
    O.WRONLY | O.CLOEXEC,
  ], { what: "open /proc/self/oom_score_adj" });
  program.call("write", [file, bytes, bytes.length], { what: `set oom_score_adj to ${score}` });
  program.call("close", [file], { what: "close oom_score_adj" });
}

/** What every container has stays as it is. */
function planDevice(program: SpawnProgram, device: DeviceNode, tree: Cell | undefined): void {
  const { path, mode, uid, gid } = device;
  if (deviceNodes.some(([name]) => path === `/dev/${name}`)) return;
  const slash = path.lastIndexOf("/"), name = path.slice(slash + 1);
  const directory = planDirectories(program, path.slice(0, slash));
  if (tree !== undefined) return planHostNode(program, tree, { directory, name });
  const what = `make device ${path}`;
  program.call(
    "mknodat",
    [directory, name, mode, makeDevice(device.major, device.minor)],
    { what },
  );
  program.call("fchownat", [directory, name, uid, gid, AT.SYMLINK_NOFOLLOW], { what });
}

/** In a cgroup namespace of its own a process finds its group at the root: programs look there for their limits. */
function planControllers(program: SpawnProgram, controllers: readonly string[]): void {
  const flags = MS.NOSUID | MS.NODEV | MS.NOEXEC, root = "/sys/fs/cgroup";
  program.call("mount", ["tmpfs", root, "tmpfs", flags, "mode=755"], { what: `mount ${root}` });
  for (const controller of controllers) {
    const what = `mount ${root}/${controller}`;
    program.call("mkdirat", [AT.FDCWD, `${root}/${controller}`, 0o755], { what });
    // Refused where several controllers share a hierarchy: then there is nothing to see of it.
    program.call(
      "mount",
      ["cgroup", `${root}/${controller}`, "cgroup", flags | MS.RDONLY, controller],
      { what, onError: "continue" },
    );
  }
  program.call("mount", ["", root, 0, MS.REMOUNT | MS.RDONLY | flags, 0], {
    what: `make ${root} read-only`,
  });
}

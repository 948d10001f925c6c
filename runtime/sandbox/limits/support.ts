/** Which limits the kernel of this host can keep: docker's sysinfo. */

import { isInUserNamespace } from "../../../ffi/privilege.ts";
import { probeCgroups } from "../cgroup.ts";
import { Controllers } from "./controllers.ts";
import { canLoadDevicePrograms } from "./guard_devices.ts";

export interface LimitSupport {
  readonly memory: boolean;
  readonly swap: boolean;
  readonly memoryReservation: boolean;
  readonly memorySwappiness: boolean;
  readonly oomKillDisable: boolean;
  readonly pids: boolean;
  readonly cpuShares: boolean;
  readonly cpuBandwidth: boolean;
  readonly cpuRealtime: boolean;
  readonly cpuset: boolean;
  /** Lists of ranges, such as `0-3`; empty if there is no such controller. */
  readonly cpus: string;
  readonly mems: string;
  readonly ioWeight: boolean;
  readonly ioRates: boolean;
  /** Whether containers can be kept from the host's devices. */
  readonly devices: boolean;
}

/** Asks the host. */
export function probeLimits(controllers: Controllers = new Controllers()): LimitSupport {
  const version = (name: Parameters<Controllers["locate"]>[0]) => controllers.locate(name)?.version;
  const has = (controller: Parameters<Controllers["hasFile"]>[0], v1: string, v2?: string) => {
    const found = version(controller);
    if (found === undefined) return false;
    const file = found === 1 ? v1 : v2;
    return file !== undefined && controllers.hasFile(controller, file);
  };
  const isThere = (name: Parameters<typeof version>[0]) => version(name) !== undefined;
  // The root of cgroup v2 has not the files of its groups: what they have is known by its version.
  const cpuset = isThere("cpuset");
  return {
    memory: isThere("memory"),
    swap: has("memory", "memory.memsw.limit_in_bytes", "memory.swap.max"),
    memoryReservation: isThere("memory"),
    memorySwappiness: has("memory", "memory.swappiness"),
    oomKillDisable: has("memory", "memory.oom_control"),
    pids: isThere("pids"),
    cpuShares: isThere("cpu"),
    cpuBandwidth: version("cpu") === 2 || has("cpu", "cpu.cfs_quota_us"),
    cpuRealtime: has("cpu", "cpu.rt_runtime_us"),
    cpuset,
    cpus: cpuset ? controllers.read("cpuset", ["cpuset.cpus.effective", "cpuset.cpus"]) : "",
    mems: cpuset ? controllers.read("cpuset", ["cpuset.mems.effective", "cpuset.mems"]) : "",
    ioWeight: has("io", "blkio.weight", "io.weight") ||
      has("io", "blkio.bfq.weight", "io.bfq.weight"),
    // In a user namespace nobody can open a device that he has made.
    devices: isInUserNamespace() || hasDevicePrograms() || isThere("devices"),
    ioRates: version("io") === 2 || has("io", "blkio.throttle.read_bps_device"),
  };
}

/** Whether the kernel takes programs for groups of cgroup v2, and there is such a hierarchy. */
function hasDevicePrograms(): boolean {
  return probeCgroups()?.version === 2 && canLoadDevicePrograms();
}

/** The options of `run` and `create` that say what a container may have of the host. */
import { bool, collected, int, string } from "../cli/options.ts";
import {
  bytes,
  checkDeviceRule,
  deviceList,
  ifGiven,
  optionalInt,
  parseByteRate,
  parseOperationRate,
  parseWeightDevice,
  processors,
  swapBytes,
  sysctls,
  ulimits,
  weight,
} from "./limit_values.ts";

/** Those that `update` can change, too. */
export const changeableLimitOptions = {
  "cpu-period": int(null, "Limit CPU CFS (Completely Fair Scheduler) period"),
  "cpu-quota": int(null, "Limit CPU CFS (Completely Fair Scheduler) quota"),
  "cpu-rt-period": int(null, "Limit CPU real-time period in microseconds"),
  "cpu-rt-runtime": int(null, "Limit CPU real-time runtime in microseconds"),
  "cpu-shares": int("c", "CPU shares (relative weight)"),
  cpus: processors(null, "Number of CPUs"),
  "cpuset-cpus": string(null, "CPUs in which to allow execution (0-3, 0,1)"),
  "cpuset-mems": string(null, "MEMs in which to allow execution (0-3, 0,1)"),
  "kernel-memory": bytes(null, "Kernel memory limit"),
  memory: bytes("m", "Memory limit"),
  "memory-reservation": bytes(null, "Memory soft limit"),
  "memory-swap": swapBytes(
    null,
    "Swap limit equal to memory plus swap: '-1' to enable unlimited swap",
  ),
  "pids-limit": int(null, "Tune container pids limit (set -1 for unlimited)"),
};

const blkioWeight = "Block IO (relative weight), between 10 and 1000, or 0 to disable";

/** Of `update`, where a limit of nothing is not the same as none. */
export const updateLimitOptions = {
  ...changeableLimitOptions,
  cpus: ifGiven(changeableLimitOptions.cpus),
  "kernel-memory": ifGiven(changeableLimitOptions["kernel-memory"]),
  memory: ifGiven(changeableLimitOptions.memory),
  "memory-reservation": ifGiven(changeableLimitOptions["memory-reservation"]),
  "memory-swap": ifGiven(changeableLimitOptions["memory-swap"]),
  "blkio-weight": ifGiven(weight(null, blkioWeight)),
};

/** Of `run` and `create`. */
export const limitOptions = {
  ...changeableLimitOptions,
  "blkio-weight": weight(null, blkioWeight, "0"),
  "blkio-weight-device": deviceList(
    "Block IO weight (relative device weight)",
    parseWeightDevice,
    "[]",
  ),
  "cgroup-parent": string(null, "Optional parent cgroup for the container"),
  cgroupns: string(null, "Cgroup namespace to use (host|private)"),
  device: deviceList("Add a host device to the container", (text) => text),
  "device-cgroup-rule": collected(
    "list",
    null,
    "Add a rule to the cgroup allowed devices list",
    checkDeviceRule,
  ),
  "device-read-bps": deviceList(
    "Limit read rate (bytes per second) from a device",
    parseByteRate,
    "[]",
  ),
  "device-read-iops": deviceList(
    "Limit read rate (IO per second) from a device",
    parseOperationRate,
    "[]",
  ),
  "device-write-bps": deviceList(
    "Limit write rate (bytes per second) to a device",
    parseByteRate,
    "[]",
  ),
  "device-write-iops": deviceList(
    "Limit write rate (IO per second) to a device",
    parseOperationRate,
    "[]",
  ),
  "memory-swappiness": optionalInt(null, "Tune container memory swappiness (0 to 100)", "-1"),
  "oom-kill-disable": bool(null, "Disable OOM Killer"),
  "oom-score-adj": int(null, "Tune host's OOM preferences (-1000 to 1000)"),
  "shm-size": bytes(null, "Size of /dev/shm"),
  sysctl: sysctls("Sysctl options"),
  ulimit: ulimits("Ulimit options"),
};

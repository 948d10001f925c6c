/** What a container may have of the host: from options to docker's container.Resources. */
import type { HostConfig } from "../../storage/container/config.ts";
import type { Resources } from "../../storage/container/resources.ts";
import type { OptionValues } from "../cli/options.ts";
import { UsageError } from "../cli/errors.ts";
import type { limitOptions, updateLimitOptions } from "../container_options/limits.ts";
import { deviceMappingOf } from "./device.ts";

/** The fields of hostconfig.json that options ask for. Throws a UsageError in docker's words. */
export function limitsOf(options: OptionValues<typeof limitOptions>): Partial<HostConfig> {
  const swappiness = options["memory-swappiness"];
  if (swappiness !== undefined && (swappiness < -1 || swappiness > 100)) {
    throw new UsageError(
      `invalid value: ${swappiness}. Valid memory swappiness range is 0-100`,
    );
  }
  if (!["", "host", "private"].includes(options.cgroupns ?? "")) {
    throw new UsageError("--cgroupns: invalid CGROUP mode");
  }
  return withoutEmpty({
    ...changeableLimitsOf(options),
    CgroupParent: options["cgroup-parent"],
    CgroupnsMode: options.cgroupns,
    BlkioWeightDevice: [...options["blkio-weight-device"]],
    BlkioDeviceReadBps: [...options["device-read-bps"]],
    BlkioDeviceWriteBps: [...options["device-write-bps"]],
    BlkioDeviceReadIOps: [...options["device-read-iops"]],
    BlkioDeviceWriteIOps: [...options["device-write-iops"]],
    Devices: options.device.map(deviceMappingOf),
    DeviceCgroupRules: [...options["device-cgroup-rule"]],
    MemorySwappiness: swappiness === undefined || swappiness === -1 ? null : swappiness,
    OomKillDisable: options["oom-kill-disable"],
    OomScoreAdj: options["oom-score-adj"],
    ShmSize: options["shm-size"],
    Sysctls: options.sysctl,
    Ulimits: [...options.ulimit],
  });
}

/** The same of those that `update` has, too. */
export function changeableLimitsOf(
  options: OptionValues<typeof updateLimitOptions>,
): Partial<Resources> {
  return withoutEmpty({
    BlkioWeight: options["blkio-weight"],
    CpuPeriod: options["cpu-period"],
    CpuQuota: options["cpu-quota"],
    CpuRealtimePeriod: options["cpu-rt-period"],
    CpuRealtimeRuntime: options["cpu-rt-runtime"],
    CpuShares: options["cpu-shares"],
    CpusetCpus: options["cpuset-cpus"],
    CpusetMems: options["cpuset-mems"],
    KernelMemory: options["kernel-memory"],
    Memory: options.memory,
    MemoryReservation: options["memory-reservation"],
    MemorySwap: options["memory-swap"],
    NanoCpus: options.cpus,
    PidsLimit: options["pids-limit"],
  });
}

/** What is left at nothing is not asked for. */
export function withoutEmpty<Fields extends object>(fields: Fields): Partial<Fields> {
  const isEmpty = (value: unknown) =>
    typeof value === "object" && value !== null ? Object.keys(value).length === 0 : !value;
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => !isEmpty(value)),
  ) as Partial<Fields>;
}

/** Limits in the words of cgroup v1: Documentation/admin-guide/cgroup-v1. */

import type { Resources, ThrottleDevice } from "../../../storage/container/resources.ts";
import { bandwidthOf, type Controller, type Setting, type SettingFacts } from "./setting.ts";

type Entry = readonly [file: string, value: number | string | undefined];

/** What is to be written for all the limits that are given. */
export function settingsV1(resources: Resources, facts: SettingFacts): Setting[] {
  const translate = (controller: Controller, entries: readonly Entry[]): Setting[] =>
    entries.flatMap(([file, value]) =>
      value === undefined || value === "" ? [] : [{ controller, file, value: String(value) }]
    );
  return [
    ...translate("memory", memory(resources, facts)),
    ...translate("cpu", cpu(resources)),
    ...translate("cpuset", [
      ["cpuset.cpus", resources.CpusetCpus],
      ["cpuset.mems", resources.CpusetMems],
    ]),
    ...translate("pids", [["pids.max", pidsMax(resources)]]),
    ...translate("io", io(resources, facts)),
  ];
}

/** 0 is no limit, and so is what is less. */
export function pidsMax({ PidsLimit }: Pick<Resources, "PidsLimit">): string | undefined {
  return PidsLimit === null || PidsLimit === 0 ? undefined : PidsLimit < 0 ? "max" : `${PidsLimit}`;
}

const given = (value: number | null) => value === null || value === 0 ? undefined : value;

function memory(resources: Resources, { hasFile }: SettingFacts): Entry[] {
  const { Memory, MemorySwap, MemoryReservation, MemorySwappiness, OomKillDisable } = resources;
  const both = "memory.memsw.limit_in_bytes";
  // Without accounting of swap nothing is limited anyway.
  const swap = MemorySwap !== -1 || hasFile("memory", both) ? given(MemorySwap) : undefined;
  return [
    ["memory.limit_in_bytes", given(Memory)],
    [both, swap],
    ["memory.soft_limit_in_bytes", given(MemoryReservation)],
    ["memory.swappiness", MemorySwappiness ?? undefined],
    ["memory.oom_control", OomKillDisable ? 1 : undefined],
  ];
}

function cpu(resources: Resources): Entry[] {
  const { quota, period } = bandwidthOf(resources);
  return [
    ["cpu.shares", given(resources.CpuShares)],
    ["cpu.cfs_period_us", given(period)],
    ["cpu.cfs_quota_us", given(quota)],
    ["cpu.rt_period_us", given(resources.CpuRealtimePeriod)],
    ["cpu.rt_runtime_us", given(resources.CpuRealtimeRuntime)],
  ];
}

function io(resources: Resources, { deviceNumber, hasFile }: SettingFacts): Entry[] {
  // The schedulers CFQ, which is gone, and BFQ.
  const weight = hasFile("io", "blkio.weight") ? "blkio.weight" : "blkio.bfq.weight";
  const rates = (file: string, devices: readonly ThrottleDevice[] | null): Entry[] =>
    (devices ?? []).map(({ Path, Rate }) => [file, `${deviceNumber(Path)} ${Rate}`]);
  return [
    [weight, given(resources.BlkioWeight)],
    ...(resources.BlkioWeightDevice ?? []).map(({ Path, Weight }): Entry => [
      `${weight}_device`,
      `${deviceNumber(Path)} ${Weight}`,
    ]),
    ...rates("blkio.throttle.read_bps_device", resources.BlkioDeviceReadBps),
    ...rates("blkio.throttle.write_bps_device", resources.BlkioDeviceWriteBps),
    ...rates("blkio.throttle.read_iops_device", resources.BlkioDeviceReadIOps),
    ...rates("blkio.throttle.write_iops_device", resources.BlkioDeviceWriteIOps),
  ];
}

/** A container's limits at its start: its control groups, and what its process needs to be in them. */

import { AT, O } from "../../ffi/constants.ts";
import { close, openAt } from "../../ffi/file.ts";
import type { HostConfig } from "../../storage/container/config.ts";
import type { Resources } from "../../storage/container/resources.ts";
import { Cgroup, probeCgroups } from "../sandbox/cgroup.ts";
import { groupIn } from "./group.ts";
import { defaultDeviceRules } from "../sandbox/limits/device_rules.ts";
import { guardDevices } from "../sandbox/limits/guard_devices.ts";
import type { Controller } from "../sandbox/limits/setting.ts";
import type { DeviceNode, SandboxLimits } from "../sandbox/limits/spec.ts";
import type { SandboxSpec } from "../sandbox/spec.ts";

/** What a sandbox gets of it. */
export type Limited = Pick<SandboxSpec, "cgroup" | "limits">;

/** Whether a container has any limit that is a control group's. */
export function hasGroupLimits(resources: Resources): boolean {
  const { BlkioWeightDevice, PidsLimit, MemorySwappiness, OomKillDisable } = resources;
  return numericLimits.some((name) => resources[name] !== 0) ||
    resources.CpusetCpus !== "" || resources.CpusetMems !== "" ||
    (PidsLimit ?? 0) !== 0 || MemorySwappiness !== null || OomKillDisable === true ||
    (BlkioWeightDevice ?? []).length > 0 ||
    rates.some((name) => (resources[name] ?? []).length > 0);
}

const numericLimits = [
  "BlkioWeight",
  "CpuPeriod",
  "CpuQuota",
  "CpuRealtimePeriod",
  "CpuRealtimeRuntime",
  "CpuShares",
  "Memory",
  "MemoryReservation",
  "MemorySwap",
  "NanoCpus",
] as const;

const rates = [
  "BlkioDeviceReadBps",
  "BlkioDeviceWriteBps",
  "BlkioDeviceReadIOps",
  "BlkioDeviceWriteIOps",
] as const;

/**
 * Makes a container's groups with its limits. The descriptors in the result are the caller's to close. Without a group where the
 * host lets us have none. Throws EngineError for limits that the kernel refuses, and devices that there are not.
 */
export async function limitContainer(id: string, hostConfig: HostConfig): Promise<Limited> {
  const hasDevices = (hostConfig.Devices ?? []).length > 0 ||
    (hostConfig.DeviceCgroupRules ?? []).length > 0;
  const found = hasDevices
    ? (await import("../sandbox/limits/device_mapping.ts")).findDevices(hostConfig)
    : undefined;
  const hierarchy = probeCgroups(), own = groupIn(id, hostConfig);
  const cgroup = hierarchy && new Cgroup(hierarchy, own);
  if (cgroup?.exists()) cgroup.remove(); // the run's before: it has counted, and had other devices
  if (hierarchy === undefined || !cgroup?.create()) {
    return { limits: limitsOf(hostConfig, found?.nodes, []) };
  }
  const fd = cgroup.open(), joined: number[] = [], visible: string[] = [];
  try {
    const rules = [...defaultDeviceRules, ...found?.rules ?? []];
    const join = (group: string) =>
      joined.push(openAt(AT.FDCWD, `${group}/cgroup.procs`, O.WRONLY));
    if (!hostConfig.Privileged && !guardDevices(hierarchy, fd, rules)) {
      const { closeDevices } = await import("../sandbox/limits/groups.ts");
      const group = closeDevices(own, rules);
      if (group !== undefined) join(group);
    }
    for (const [controller, group] of await groupsOfV1(own, hostConfig)) {
      join(group);
      visible.push(controller === "io" ? "blkio" : controller);
    }
  } catch (error) {
    closeAll([fd, ...joined]);
    throw error;
  }
  const isPrivate = hostConfig.CgroupnsMode !== "host";
  return {
    cgroup: { hierarchy, fd, joined, isPrivate },
    limits: limitsOf(hostConfig, found?.nodes, isPrivate ? visible : []),
  };
}

/** Groups of cgroup v1 for its limits, or for those of the group that it is to be below. */
async function groupsOfV1(
  own: string,
  hostConfig: HostConfig,
): Promise<ReadonlyMap<Controller, string>> {
  const isLimited = hasGroupLimits(hostConfig);
  if (!isLimited && !hostConfig.CgroupParent) return new Map();
  const { applyLimits, joinHierarchies } = await import("../sandbox/limits/groups.ts");
  const inherited = hostConfig.CgroupParent ? joinHierarchies(own) : [];
  return new Map([...inherited, ...isLimited ? applyLimits(own, hostConfig).v1 : []]);
}

/** Closes what limitContainer() has opened. */
export function closeCgroup(cgroup: SandboxSpec["cgroup"]): void {
  if (cgroup) closeAll([cgroup.fd, ...cgroup.joined ?? []]);
}

function closeAll(fds: readonly number[]): void {
  for (const fd of fds) close(fd);
}

/** Undefined for a process without any of them: nearly all. */
function limitsOf(
  { Ulimits, Sysctls, OomScoreAdj }: HostConfig,
  devices: readonly DeviceNode[] = [],
  visibleControllers: readonly string[],
): SandboxLimits | undefined {
  const ulimits = Ulimits ?? [], sysctls = Sysctls ?? {};
  const isLimited = ulimits.length > 0 || Object.keys(sysctls).length > 0 || OomScoreAdj !== 0 ||
    devices.length > 0 || visibleControllers.length > 0;
  if (!isLimited) return undefined;
  return { ulimits, sysctls, oomScoreAdj: OomScoreAdj, devices, visibleControllers };
}

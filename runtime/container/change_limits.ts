/** Changing the limits of a container, also while it runs. */

import type { ContainerFile, HostConfig } from "../../storage/container/config.ts";
import type { Resources } from "../../storage/container/resources.ts";
import { groupOf } from "./group.ts";
import { isAlive } from "./process_identity.ts";
import { processesOf } from "./processes.ts";

/** Limits that are to be changed. */
export interface VerifiedChanges {
  readonly limits: Partial<Resources>;
  readonly warnings: readonly string[];
}

/** What of the changes can be had here. Throws InvalidError, in docker's words, for limits that make no sense. */
export async function verifyChanges(changes: Partial<Resources>): Promise<VerifiedChanges> {
  const { defaultHostConfig } = await import("./host_config.ts");
  const { verifyLimits } = await import("./verify_limits.ts");
  const { probeLimits } = await import("../sandbox/limits/support.ts");
  const asked: HostConfig = { ...defaultHostConfig(), ...changes };
  const { hostConfig: kept, warnings } = verifyLimits(asked, probeLimits(), true);
  const names = Object.keys(changes) as (keyof Resources)[];
  const limits = Object.fromEntries(
    names.map((name) => [name, kept[name]]).filter(([, value]) => value !== 0 && value !== ""),
  ) as Partial<Resources>;
  return { limits, warnings };
}

/** What keeps a container's limits from being changed, in docker's words. */
export function contradiction(
  current: Resources,
  changes: Partial<Resources>,
): string | undefined {
  const { NanoCpus = 0, CpuPeriod = 0, CpuQuota = 0, Memory = 0, MemorySwap = 0 } = changes;
  const already = (what: string, other: string) =>
    `Conflicting options: ${what} cannot be updated as ${other} has already been set`;
  if (NanoCpus > 0 && current.CpuPeriod > 0) return already("Nano CPUs", "CPU Period");
  if (NanoCpus > 0 && current.CpuQuota > 0) return already("Nano CPUs", "CPU Quota");
  if (CpuPeriod > 0 && current.NanoCpus > 0) return already("CPU Period", "NanoCPUs");
  if (CpuQuota > 0 && current.NanoCpus > 0) return already("CPU Quota", "NanoCPUs");
  if (Memory > current.MemorySwap && MemorySwap === 0) {
    return "Memory limit should be smaller than already set memoryswap limit, " +
      "update the memoryswap at the same time";
  }
}

/** Sets the limits of a container that runs; its processes join the groups that it had no need of before. */
export async function changeLimits(container: ContainerFile, resources: Resources): Promise<void> {
  if (!isAlive(container)) return;
  const { applyLimits, moveProcesses } = await import("../sandbox/limits/groups.ts");
  for (const group of applyLimits(groupOf(container), resources).v1.values()) {
    moveProcesses(group, () => processesOf(container));
  }
}

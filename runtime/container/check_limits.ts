/** Whether a container's limits have to be looked at: those of most are nothing. */

import type { HostConfig } from "../../storage/container/config.ts";
import { hasGroupLimits } from "./limits.ts";

/** A container's settings with what this host can keep of its limits, and what is to be said of the rest. */
export interface CheckedLimits {
  readonly hostConfig: HostConfig;
  readonly warnings: readonly string[];
}

/** Throws InvalidError, in docker's words, for limits that make no sense. */
export async function checkLimits(hostConfig: HostConfig): Promise<CheckedLimits> {
  const { KernelMemory, OomScoreAdj, Sysctls, ShmSize } = hostConfig;
  const isPlain = !hasGroupLimits(hostConfig) && KernelMemory === 0 && OomScoreAdj === 0 &&
    Sysctls === undefined && ShmSize > 0;
  if (isPlain) return { hostConfig, warnings: [] };
  const { verifyLimits } = await import("./verify_limits.ts");
  const { probeLimits } = await import("../sandbox/limits/support.ts");
  return verifyLimits(hostConfig, probeLimits());
}

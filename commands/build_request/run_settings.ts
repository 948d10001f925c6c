/** What RUN may have of the host and may do: the part of a container's settings that `build` has options for. */
import type { HostConfig } from "../../storage/container/config.ts";
import type { buildOptions } from "../build_options.ts";
import type { OptionValues } from "../cli/options.ts";
import { withoutEmpty } from "../container_request/limits.ts";
import { securityOptionsOf } from "../container_request/security.ts";
import { processSurroundings } from "../container_request/surroundings.ts";

/** Throws UsageError in docker's words. */
export function runSettings(options: OptionValues<typeof buildOptions>): Partial<HostConfig> {
  const limits: Partial<HostConfig> = {
    CgroupParent: options["cgroup-parent"],
    CpuPeriod: options["cpu-period"],
    CpuQuota: options["cpu-quota"],
    CpuShares: options["cpu-shares"],
    CpusetCpus: options["cpuset-cpus"],
    CpusetMems: options["cpuset-mems"],
    Memory: options.memory,
    MemorySwap: options["memory-swap"],
    ShmSize: options["shm-size"],
    Ulimits: [...options.ulimit],
  };
  return {
    ...withoutEmpty(limits),
    ...securityOptionsOf(options["security-opt"], processSurroundings.readFile),
  };
}

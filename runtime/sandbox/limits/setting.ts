/** What a limit comes to: a value that is written to a file of a control group. */

/** Controllers in the words of cgroup v2; v1 calls `io` blkio. */
export type Controller = "cpu" | "cpuset" | "devices" | "io" | "memory" | "pids";

export interface Setting {
  readonly controller: Controller;
  /** The file's name in the group. */
  readonly file: string;
  readonly value: string;
}

/** What a translation needs to know of the host. */
export interface SettingFacts {
  /** `major:minor` of the device with a path. */
  deviceNumber(path: string): string;
  /** Whether a group of a controller has a file. */
  hasFile(controller: Controller, file: string): boolean;
}

/** docker's period when a number of processors is asked for; microseconds. */
const PERIOD = 100_000;

/** The quota and period that a container's processors come to. */
export function bandwidthOf(
  { NanoCpus, CpuQuota, CpuPeriod }: { NanoCpus: number; CpuQuota: number; CpuPeriod: number },
): { quota: number; period: number } {
  return NanoCpus > 0
    ? { quota: Math.trunc(NanoCpus * PERIOD / 1e9), period: PERIOD }
    : { quota: CpuQuota, period: CpuPeriod };
}

/** What docker's daemon checks of a container's share of the processors. */

import type { Resources } from "../../storage/container/resources.ts";
import { InvalidError } from "../../storage/errors.ts";
import type { LimitSupport } from "../sandbox/limits/support.ts";
import type { Verified } from "./verify_limits.ts";

/** Throws InvalidError in docker's words. */
export function verifyCpus(resources: Resources, support: LimitSupport): Verified {
  const changes: Partial<Resources> = {}, warnings: string[] = [];
  const discard = (warning: string, change: Partial<Resources>) => {
    warnings.push(warning);
    Object.assign(changes, change);
  };
  const { CpuShares, CpuPeriod, CpuQuota, CpusetCpus, CpusetMems } = resources;
  verifyNanoCpus(resources, support);
  if (CpuShares > 0 && !support.cpuShares) {
    discard(
      "Your kernel does not support CPU shares or the cgroup is not mounted. Shares discarded.",
      { CpuShares: 0 },
    );
  }
  if ((CpuPeriod !== 0 || CpuQuota !== 0) && !support.cpuBandwidth) {
    discard(
      "Your kernel does not support CPU CFS scheduler. CPU period/quota discarded.",
      { CpuPeriod: 0, CpuQuota: 0 },
    );
  } else verifyBandwidth(resources);
  if (!support.cpuset && (CpusetCpus !== "" || CpusetMems !== "")) {
    discard(
      "Your kernel does not support cpuset or the cgroup is not mounted. Cpuset discarded.",
      { CpusetCpus: "", CpusetMems: "" },
    );
  } else {
    verifyList(CpusetCpus, support.cpus, "cpuset cpus", "CPUs");
    verifyList(CpusetMems, support.mems, "cpuset mems", "memory nodes");
  }
  if (
    (resources.CpuRealtimePeriod !== 0 || resources.CpuRealtimeRuntime !== 0) &&
    !support.cpuRealtime
  ) {
    throw new InvalidError("Your kernel does not support CPU real-time scheduler");
  }
  return { changes, warnings };
}

function verifyNanoCpus({ NanoCpus, CpuPeriod, CpuQuota }: Resources, support: LimitSupport): void {
  if (NanoCpus > 0 && CpuPeriod > 0) {
    throw new InvalidError("Conflicting options: Nano CPUs and CPU Period cannot both be set.");
  }
  if (NanoCpus > 0 && CpuQuota > 0) {
    throw new InvalidError("Conflicting options: Nano CPUs and CPU Quota cannot both be set.");
  }
  if (NanoCpus > 0 && !support.cpuBandwidth) {
    throw new InvalidError(
      "NanoCPUs can not be set, as your kernel does not support CPU CFS scheduler " +
        "or the cgroup is not mounted",
    );
  }
  const count = navigator.hardwareConcurrency;
  if (NanoCpus < 0 || NanoCpus > count * 1e9) {
    throw new InvalidError(
      `Range of CPUs is from 0.01 to ${count}.00, as there are only ${count} CPUs available`,
    );
  }
}

/** In microseconds. */
const SHORTEST = 1000, LONGEST_PERIOD = 1_000_000;

function verifyBandwidth({ CpuPeriod, CpuQuota }: Resources): void {
  if (CpuPeriod !== 0 && (CpuPeriod < SHORTEST || CpuPeriod > LONGEST_PERIOD)) {
    throw new InvalidError(
      "CPU cfs period can not be less than 1ms (i.e. 1000) or larger than 1s (i.e. 1000000)",
    );
  }
  if (CpuQuota > 0 && CpuQuota < SHORTEST) {
    throw new InvalidError("CPU cfs quota can not be less than 1ms (i.e. 1000)");
  }
}

function verifyList(list: string, available: string, option: string, what: string): void {
  if (list === "") return;
  const wanted = parseRanges(list), there = parseRanges(available) ?? new Set();
  if (wanted === undefined) {
    throw new InvalidError(`Invalid value ${list} for ${option}: invalid format: ${list}`);
  }
  if ([...wanted].some((number) => !there.has(number))) {
    throw new InvalidError(
      `Requested ${what} are not available - requested ${list}, available: ${available}`,
    );
  }
}

/** No host has more. */
const HIGHEST = 8191;

/** The numbers in a list such as `0-3,5`; undefined for anything else. */
export function parseRanges(list: string): Set<number> | undefined {
  const numbers = new Set<number>();
  for (const range of list.split(",")) {
    const [, first, last = first] = /^(\d+)(?:-(\d+))?$/.exec(range) ?? [];
    if (first === undefined || Number(last) < Number(first) || Number(last) > HIGHEST) {
      return undefined;
    }
    for (let number = Number(first); number <= Number(last); number++) numbers.add(number);
  }
  return numbers;
}

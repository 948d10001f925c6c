/** What docker's daemon checks of a container's limits: verifyPlatformContainerResources. Limits that the host cannot keep are discarded. */

import type { HostConfig } from "../../storage/container/config.ts";
import type { Resources } from "../../storage/container/resources.ts";
import { InvalidError } from "../../storage/errors.ts";
import type { LimitSupport } from "../sandbox/limits/support.ts";
import type { CheckedLimits } from "./check_limits.ts";
import { verifyCpus } from "./verify_cpus.ts";
import { verifyIo } from "./verify_io.ts";
import { verifySysctls } from "./verify_sysctls.ts";

/** What is wrong with settings, and what is left of them. */
export interface Verified {
  readonly changes: Partial<Resources>;
  readonly warnings: readonly string[];
}

/** Bytes: 6 MB. */
const SMALLEST_MEMORY = 6 << 20;

/** Throws InvalidError in docker's words. `isUpdate`: they are changes to limits that there are. */
export function verifyLimits(
  hostConfig: HostConfig,
  support: LimitSupport,
  isUpdate = false,
): CheckedLimits {
  const { ShmSize, OomScoreAdj } = hostConfig;
  const parts = [
    verifyMemory(hostConfig, support, isUpdate),
    verifyCpus(hostConfig, support),
    verifyIo(hostConfig, support),
  ];
  if (ShmSize < 0) throw new InvalidError("SHM size can not be less than 0");
  if (OomScoreAdj < -1000 || OomScoreAdj > 1000) {
    throw new InvalidError(
      `Invalid value ${OomScoreAdj}, range for oom score adj is [-1000, 1000]`,
    );
  }
  verifySysctls(hostConfig);
  const kept = Object.assign({}, hostConfig, ...parts.map(({ changes }) => changes)) as HostConfig;
  // Docker's default is twice as much swap and memory as memory.
  const MemorySwap = kept.Memory > 0 && kept.MemorySwap === 0 && !isUpdate
    ? 2 * kept.Memory
    : kept.MemorySwap;
  return {
    hostConfig: { ...kept, MemorySwap },
    warnings: parts.flatMap(({ warnings }) => warnings),
  };
}

function verifyMemory(resources: Resources, support: LimitSupport, isUpdate: boolean): Verified {
  const changes: Partial<Resources> = {}, warnings: string[] = [];
  const discard = (warning: string, change: Partial<Resources>) => {
    warnings.push(warning);
    Object.assign(changes, change);
  };
  const lacks = (what: string, end = "Limitation discarded.") =>
    `Your kernel does not support ${what} capabilities or the cgroup is not mounted. ${end}`;
  const now = () => ({ ...resources, ...changes });
  const { Memory, MemorySwappiness, KernelMemory, OomKillDisable, PidsLimit } = resources;

  if (Memory !== 0 && Memory < SMALLEST_MEMORY) throw tooSmall("memory limit");
  if (Memory > 0 && !support.memory) discard(lacks("memory limit"), { Memory: 0, MemorySwap: -1 });
  if (now().Memory > 0 && now().MemorySwap !== -1 && !support.swap) {
    discard(lacks("swap limit", "Memory limited without swap."), { MemorySwap: -1 });
  }
  verifySwap(now(), isUpdate);
  if (MemorySwappiness !== null && !support.memorySwappiness) {
    discard(lacks("memory swappiness", "Memory swappiness discarded."), { MemorySwappiness: null });
  }
  const swappiness = now().MemorySwappiness ?? 0;
  if (swappiness < 0 || swappiness > 100) {
    throw new InvalidError(
      `Invalid value: ${swappiness}, valid memory swappiness range is 0-100`,
    );
  }
  verifyReservation(
    now(),
    support,
    () => discard(lacks("memory soft limit"), { MemoryReservation: 0 }),
  );
  // The kernel's own memory has had no limit of its own since Linux 5.16.
  if (KernelMemory > 0) discard(lacks("kernel memory limit"), { KernelMemory: 0 });
  if (OomKillDisable && !support.oomKillDisable) {
    discard("Your kernel does not support OomKillDisable. OomKillDisable discarded.", {
      OomKillDisable: null,
    });
  }
  if (now().OomKillDisable && now().Memory === 0) {
    warnings.push(
      "OOM killer is disabled for the container, but no memory limit is set, " +
        "this can result in the system running out of resources.",
    );
  }
  if (PidsLimit !== null && !support.pids) {
    if (PidsLimit > 0) {
      warnings.push(lacks("PIDs limit", "PIDs limit discarded."));
    }
    changes.PidsLimit = null;
  }
  if (!isUpdate && (now().PidsLimit ?? 0) <= 0) changes.PidsLimit = null;
  return { changes, warnings };
}

function verifySwap({ Memory, MemorySwap }: Resources, isUpdate: boolean): void {
  if (Memory > 0 && MemorySwap > 0 && MemorySwap < Memory) {
    throw new InvalidError(
      "Minimum memoryswap limit should be larger than memory limit, see usage",
    );
  }
  if (Memory === 0 && MemorySwap > 0 && !isUpdate) {
    throw new InvalidError(
      "You should always set the Memory limit when using Memoryswap limit, see usage",
    );
  }
}

function verifyReservation(
  { Memory, MemoryReservation }: Resources,
  support: LimitSupport,
  discard: () => void,
): void {
  if (MemoryReservation > 0 && !support.memoryReservation) return discard();
  if (MemoryReservation > 0 && MemoryReservation < SMALLEST_MEMORY) {
    throw tooSmall("memory reservation");
  }
  if (Memory > 0 && MemoryReservation > 0 && Memory < MemoryReservation) {
    throw new InvalidError(
      "Minimum memory limit can not be less than memory reservation limit, see usage",
    );
  }
}

function tooSmall(what: string): InvalidError {
  return new InvalidError(`Minimum ${what} allowed is 6MB`);
}

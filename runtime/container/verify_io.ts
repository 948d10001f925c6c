/** What docker's daemon checks of limits on block devices. */

import type { Resources } from "../../storage/container/resources.ts";
import { InvalidError } from "../../storage/errors.ts";
import type { LimitSupport } from "../sandbox/limits/support.ts";
import type { Verified } from "./verify_limits.ts";

const rates = [
  ["BlkioDeviceReadBps", "BPS Block I/O read", "Block I/O BPS read"],
  ["BlkioDeviceWriteBps", "BPS Block I/O write", "Block I/O BPS write"],
  ["BlkioDeviceReadIOps", "IOPS Block read", "Block I/O IOPS read"],
  ["BlkioDeviceWriteIOps", "IOPS Block write", "Block I/O IOPS write"],
] as const;

/** Throws InvalidError in docker's words. */
export function verifyIo(resources: Resources, support: LimitSupport): Verified {
  const changes: Partial<Resources> = {}, warnings: string[] = [];
  const discard = (lack: string, end: string, change: Partial<Resources>) => {
    warnings.push(
      `Your kernel does not support ${lack} or the cgroup is not mounted. ${end} discarded.`,
    );
    Object.assign(changes, change);
  };
  const { BlkioWeight, BlkioWeightDevice } = resources;
  if (BlkioWeight > 0 && !support.ioWeight) {
    discard("Block I/O weight", "Weight", { BlkioWeight: 0 });
  } else if (BlkioWeight > 0 && (BlkioWeight < 10 || BlkioWeight > 1000)) {
    throw new InvalidError("Range of blkio weight is from 10 to 1000");
  }
  if ((BlkioWeightDevice ?? []).length > 0 && !support.ioWeight) {
    discard("Block I/O weight_device", "Weight-device", { BlkioWeightDevice: [] });
  }
  for (const [name, limit, end] of rates) {
    if ((resources[name] ?? []).length === 0 || support.ioRates) continue;
    discard(`${limit} limit`, `${end} limit`, { [name]: null });
  }
  return { changes, warnings };
}

/** prlimit(2): what --ulimit sets. */

import type { SpawnProgram } from "../../../ffi/spawn/program.ts";
import type { Ulimit } from "../../../storage/container/resources.ts";

/** include/uapi/asm-generic/resource.h, in docker's words. */
const numbers: Readonly<Record<string, number>> = {
  core: 4,
  cpu: 0,
  data: 2,
  fsize: 1,
  locks: 10,
  memlock: 8,
  msgqueue: 12,
  nice: 13,
  nofile: 7,
  nproc: 6,
  rss: 5,
  rtprio: 14,
  rttime: 15,
  sigpending: 11,
  stack: 3,
};

export const resourceLimitNames: readonly string[] = Object.keys(numbers);

/** -1, RLIM_INFINITY, is all ones. */
export function planResourceLimits(program: SpawnProgram, ulimits: readonly Ulimit[]): void {
  for (const { Name, Soft, Hard } of ulimits) {
    const limit = new Uint8Array(BigInt64Array.of(BigInt(Soft), BigInt(Hard)).buffer);
    const OWN = 0;
    program.call("prlimit64", [OWN, numbers[Name], limit, 0], {
      what: `set ulimit ${Name}=${Soft}:${Hard}`,
    });
  }
}

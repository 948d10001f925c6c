/** What a sandbox's process may have of the host, beside what its control groups say. */

import type { Ulimit } from "../../../storage/container/resources.ts";

export interface SandboxLimits {
  readonly ulimits: readonly Ulimit[];
  /** By their names with dots. */
  readonly sysctls: Readonly<Record<string, string>>;
  /** -1000 to 1000; 0 leaves it as it is. */
  readonly oomScoreAdj: number;
  readonly devices: readonly DeviceNode[];
  /** Controllers of cgroup v1 whose group it has joined, and shall see. */
  readonly visibleControllers: readonly string[];
}

/** A node that is made for --device. */
export interface DeviceNode {
  /** The host's path of it. */
  readonly source: string;
  /** Inside the root. */
  readonly path: string;
  /** Type and permission bits. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly major: number;
  readonly minor: number;
}

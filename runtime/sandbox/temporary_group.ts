/** The control group of a sandbox that is no container: its processes are told from box's own, and can be ended together. */

import { close } from "../../ffi/file.ts";
import { Cgroup, probeCgroups } from "./cgroup.ts";
import type { SandboxSpec } from "./spec.ts";

export class TemporaryGroup implements Disposable {
  private readonly cgroup: Cgroup | undefined;

  /** Owns a group, whose name has the id of the overlay that the sandbox works on; `spec` is undefined where there is none. */
  constructor(group: string, private readonly spec: SandboxSpec["cgroup"]) {
    this.cgroup = spec && new Cgroup(spec.hierarchy, group);
  }

  /** Kills what is left in it. */
  async end(): Promise<void> {
    await this.cgroup?.kill();
  }

  [Symbol.dispose](): void {
    if (this.spec) [this.spec.fd, ...this.spec.joined ?? []].forEach(close);
    this.cgroup?.remove();
  }
}

/** Removes such a group that somebody who was killed has left. */
export async function clearGroup(group: string): Promise<void> {
  const hierarchy = probeCgroups(), cgroup = hierarchy && new Cgroup(hierarchy, group);
  if (!cgroup?.exists()) return;
  await cgroup.kill();
  cgroup.remove();
}

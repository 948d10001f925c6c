/** The control group of a sandbox that is no container: its processes are told from box's own, and can be ended together. */

import { close } from "../../ffi/file.ts";
import { Cgroup, probeCgroups } from "./cgroup.ts";
import type { SandboxSpec } from "./spec.ts";

export class TemporaryGroup implements Disposable {
  private constructor(
    private readonly cgroup: Cgroup,
    /** What a process needs to be born in it. */
    readonly spec: NonNullable<SandboxSpec["cgroup"]>,
  ) {}

  /** A group of this id, which is that of the overlay that the sandbox works on; undefined where the host lets us have none. */
  static make(id: string): TemporaryGroup | undefined {
    const hierarchy = probeCgroups();
    if (hierarchy === undefined) return undefined;
    const cgroup = new Cgroup(hierarchy, id);
    return cgroup.create()
      ? new TemporaryGroup(cgroup, { hierarchy, fd: cgroup.open() })
      : undefined;
  }

  /** Kills what is left in it. */
  async end(): Promise<void> {
    await this.cgroup.kill();
  }

  [Symbol.dispose](): void {
    close(this.spec.fd);
    this.cgroup.remove();
  }
}

/** Removes the group that somebody who was killed has left of the sandbox on this overlay. */
export async function clearGroup(id: string): Promise<void> {
  const hierarchy = probeCgroups(), cgroup = hierarchy && new Cgroup(hierarchy, id);
  if (!cgroup?.exists()) return;
  await cgroup.kill();
  cgroup.remove();
}

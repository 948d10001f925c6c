/** Where the controllers of limits are on this host: each in the unified hierarchy, or in one of cgroup v1 of its own. */

import { AT } from "../../../ffi/constants.ts";
import { listNames } from "../../../ffi/directory.ts";
import { isInUserNamespace } from "../../../ffi/privilege.ts";
import { statIfExists } from "../../../ffi/stat.ts";
import { readTextIfExists } from "../../../storage/files.ts";
import { type CgroupHierarchy, probeCgroups } from "../cgroup.ts";
import { v1MountPoint } from "../group_directory.ts";
import type { Controller, SettingFacts } from "./setting.ts";

export class Controllers {
  readonly #unified: CgroupHierarchy | undefined;
  readonly #inUnified: readonly string[];

  constructor() {
    const hierarchy = probeCgroups();
    this.#unified = hierarchy?.version === 2 ? hierarchy : undefined;
    const read = (file: string) =>
      this.#unified && readTextIfExists(`${this.#unified.mountPoint}/${file}`)?.trim();
    // Only the root may give controllers to groups below while there are processes in it: cgroups(7).
    const isBusy = isInUserNamespace() && read("cgroup.procs") !== "";
    const list = read(isBusy ? "cgroup.subtree_control" : "cgroup.controllers");
    this.#inUnified = list?.split(" ").filter(Boolean) ?? [];
  }

  /** Where groups of a controller are made; undefined if this host has it not. */
  locate(controller: Controller): CgroupHierarchy | undefined {
    if (this.#inUnified.includes(controller)) return this.#unified;
    if (isInUserNamespace()) return undefined; // groups of v1 are not for users to make
    const mountPoint = v1MountPoint(controller);
    return statIfExists(AT.FDCWD, `${mountPoint}/cgroup.procs`)
      ? { version: 1, mountPoint }
      : undefined;
  }

  /** Whether groups of a controller have a file, as far as can be seen: the root of a hierarchy has not all of them. */
  hasFile(controller: Controller, file: string): boolean {
    const mountPoint = this.locate(controller)?.mountPoint;
    if (mountPoint === undefined) return false;
    const has = (directory: string) => statIfExists(AT.FDCWD, `${directory}/${file}`) !== undefined;
    return has(mountPoint) || listNames(mountPoint).some((name) => has(`${mountPoint}/${name}`));
  }

  /** What the first of these files that there is says at the root of a controller's hierarchy. */
  read(controller: Controller, files: readonly string[]): string {
    const mountPoint = this.locate(controller)?.mountPoint;
    for (const file of mountPoint === undefined ? [] : files) {
      const text = readTextIfExists(`${mountPoint}/${file}`)?.trim();
      if (text) return text;
    }
    return "";
  }

  /** What translations look up. */
  facts(deviceNumber: SettingFacts["deviceNumber"]): SettingFacts {
    return { deviceNumber, hasFile: (controller, file) => this.hasFile(controller, file) };
  }
}

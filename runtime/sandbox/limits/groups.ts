/** A container's groups of the controllers that limit it: made, written to, and joined by processes that are there already. */

import { AT, O } from "../../../ffi/constants.ts";
import { isErrno, SystemError } from "../../../ffi/errno.ts";
import { openAt, withFd, writeAll } from "../../../ffi/file.ts";
import { statAt } from "../../../ffi/stat.ts";
import type { Resources } from "../../../storage/container/resources.ts";
import { EngineError } from "../../../storage/errors.ts";
import { readTextIfExists } from "../../../storage/files.ts";
import type { CgroupHierarchy } from "../cgroup.ts";
import { FORBIDDEN, makeGroup, pathsTo } from "../group_directory.ts";
import { Controllers } from "./controllers.ts";
import { type DeviceRule, formatDeviceRule } from "./device_rules.ts";
import type { Controller, Setting } from "./setting.ts";
import { settingsV1 } from "./settings_v1.ts";
import { settingsV2 } from "./settings_v2.ts";

/** What a container's limits have come to. */
export interface LimitGroups {
  /** Groups of cgroup v1 by their controllers, which a process joins by being written to cgroup.procs. */
  readonly v1: ReadonlyMap<Controller, string>;
}

/**
 * Makes the groups that a container's limits need, `own` in each hierarchy, and sets the limits. Limits of controllers that this host has not are passed
 * over: they were warned of when they were asked for. Throws EngineError, in docker's words, for what the kernel refuses.
 */
export function applyLimits(own: string, resources: Resources): LimitGroups {
  const controllers = new Controllers(), v1 = new Map<Controller, string>();
  const groups = new Map<Controller, { path: string; version: 1 | 2 }>();
  for (const controller of neededControllers(resources)) {
    const hierarchy = controllers.locate(controller);
    if (hierarchy === undefined) continue;
    const path = makeGroup(hierarchy, own);
    groups.set(controller, { path, version: hierarchy.version });
    if (hierarchy.version === 2) enableController(hierarchy, own, controller);
    else {
      v1.set(controller, path);
      if (controller === "cpuset") inheritCpus(hierarchy, own);
      if (resources.CpuRealtimeRuntime !== 0 && controller === "cpu") allowRealtime(hierarchy, own);
    }
  }
  const facts = controllers.facts(deviceNumber);
  const settings = [
    ...settingsV1(resources, facts).filter(({ controller }) => v1.has(controller)),
    ...settingsV2(resources, facts).filter(({ controller }) => !v1.has(controller)),
  ];
  write(settings.flatMap((setting) => {
    const group = groups.get(setting.controller);
    return group === undefined ? [] : [{ path: `${group.path}/${setting.file}`, ...setting }];
  }));
  return { v1 };
}

/**
 * Makes the groups of cgroup v1 that a container is to be in for the sake of what is above them, in every hierarchy that the host
 * lets us have.
 */
export function joinHierarchies(own: string): ReadonlyMap<Controller, string> {
  const controllers = new Controllers(), groups = new Map<Controller, string>();
  for (const controller of ["io", "cpu", "cpuset", "memory", "pids"] as const) {
    const hierarchy = controllers.locate(controller);
    if (hierarchy?.version !== 1) continue;
    try {
      groups.set(controller, makeGroup(hierarchy, own));
      if (controller === "cpuset") inheritCpus(hierarchy, own);
    } catch (error) {
      if (!isErrno(error, ...FORBIDDEN)) throw error;
    }
  }
  return groups;
}

/** Takes processes that run already into a group of cgroup v1, until all of `list` are in it: they may be forking. */
export function moveProcesses(group: string, list: () => readonly number[]): void {
  const file = `${group}/cgroup.procs`;
  const isMember = () => new Set(readTextIfExists(file)?.split("\n").filter(Boolean).map(Number));
  for (;;) {
    const members = isMember(), strangers = list().filter((pid) => !members.has(pid));
    if (strangers.length === 0) return;
    for (const pid of strangers) {
      try {
        writeFile(file, String(pid));
      } catch (error) {
        if (!isErrno(error, "ESRCH")) throw error; // it has ended
      }
    }
  }
}

/**
 * Closes the devices to a group of cgroup v1, but for those of the rules; returns the group. Undefined where the host has no such
 * controller, or does not let us have it: in a user namespace nobody can open a device that he has made.
 */
export function closeDevices(own: string, rules: readonly DeviceRule[]): string | undefined {
  const hierarchy = new Controllers().locate("devices");
  if (hierarchy === undefined) return undefined;
  try {
    const group = makeGroup(hierarchy, own);
    writeFile(`${group}/devices.deny`, "a");
    for (const rule of rules) writeFile(`${group}/devices.allow`, formatDeviceRule(rule));
    return group;
  } catch (error) {
    if (isErrno(error, "EPERM", "EACCES", "EROFS")) return undefined;
    throw error;
  }
}

function neededControllers(resources: Resources): Set<Controller> {
  // Which they are does not depend on the device or the host.
  const facts = { deviceNumber: () => "", hasFile: () => true };
  return new Set(settingsV1(resources, facts).map(({ controller }) => controller));
}

/** A controller of cgroup v2 is there for a group when all groups above have passed it on. */
function enableController(
  { mountPoint }: CgroupHierarchy,
  own: string,
  controller: Controller,
): void {
  for (const group of pathsTo(mountPoint, own).slice(0, -1)) {
    const file = `${group}/cgroup.subtree_control`;
    if (readTextIfExists(file)?.trim().split(" ").includes(controller)) continue;
    try {
      writeFile(file, `+${controller}`);
    } catch (error) {
      throw refusal(error, `+${controller}`, file);
    }
  }
}

/** A new cpuset of cgroup v1 has no processors and no memory nodes, and no process can join it. */
function inheritCpus({ mountPoint }: CgroupHierarchy, own: string): void {
  const path = pathsTo(mountPoint, own);
  for (const file of ["cpuset.cpus", "cpuset.mems"]) {
    for (const [index, group] of path.entries()) {
      if (index === 0 || readTextIfExists(`${group}/${file}`)?.trim()) continue;
      writeFile(`${group}/${file}`, readTextIfExists(`${path[index - 1]}/${file}`)?.trim() ?? "");
    }
  }
}

/** A group of cgroup v1 has no time for real-time processes to share out unless it is given some. */
function allowRealtime({ mountPoint }: CgroupHierarchy, own: string): void {
  const [root, ...parents] = pathsTo(mountPoint, own).slice(0, -1)
    .map((group) => `${group}/cpu.rt_runtime_us`);
  try {
    for (const file of parents) {
      if (readTextIfExists(file)?.trim() !== "0") continue;
      writeFile(file, readTextIfExists(root)?.trim() ?? "0");
    }
  } catch (error) {
    // Others have it: the container's limit cannot be had, which is told when it is set.
    if (!(error instanceof SystemError)) throw error;
  }
}

interface Target extends Setting {
  readonly path: string;
}

/** Some limits must not be above or below others, whichever of them is changed first: what is refused is tried again after the rest. */
function write(targets: readonly Target[]): void {
  for (let rest = targets; rest.length > 0;) {
    const refused = rest.flatMap((target) => {
      try {
        writeFile(target.path, target.value);
        return [];
      } catch (error) {
        return [{ target, error }];
      }
    });
    if (refused.length === rest.length) {
      const { target: { value, path }, error } = refused[0];
      throw refusal(error, value, path);
    }
    rest = refused.map(({ target }) => target);
  }
}

function refusal(error: unknown, value: string, path: string): unknown {
  if (!(error instanceof SystemError)) return error;
  return new EngineError(
    `unable to apply cgroup configuration: failed to write ${JSON.stringify(value)} to ` +
      `${JSON.stringify(path)}: ${error.reason}`,
  );
}

function writeFile(path: string, value: string): void {
  withFd(
    openAt(AT.FDCWD, path, O.WRONLY),
    (fd) => writeAll(fd, new TextEncoder().encode(value)),
  );
}

function deviceNumber(path: string): string {
  try {
    return statAt(AT.FDCWD, path, true).nodeDevice.join(":");
  } catch (error) {
    if (!(error instanceof SystemError)) throw error;
    throw new EngineError(error.plainMessage);
  }
}

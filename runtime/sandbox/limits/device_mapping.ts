/** --device and --device-cgroup-rule: from paths of the host to nodes of the container, and rules that allow them. */

import { AT, S } from "../../../ffi/constants.ts";
import { listNames } from "../../../ffi/directory.ts";
import { SystemError } from "../../../ffi/errno.ts";
import { isDevice, isDirectory, type Stat, statAt, statIfExists } from "../../../ffi/stat.ts";
import type { DeviceMapping, Resources } from "../../../storage/container/resources.ts";
import { EngineError } from "../../../storage/errors.ts";
import { type DeviceRule, parseDeviceRule } from "./device_rules.ts";
import type { DeviceNode } from "./spec.ts";

export interface FoundDevices {
  readonly nodes: readonly DeviceNode[];
  readonly rules: readonly DeviceRule[];
}

/** Looks the devices up on the host. Throws EngineError, in docker's words, for one that does not exist. */
export function findDevices(
  { Devices, DeviceCgroupRules }: Pick<Resources, "Devices" | "DeviceCgroupRules">,
): FoundDevices {
  const found = (Devices ?? []).map(findMapping);
  return {
    nodes: found.flatMap(({ nodes }) => nodes),
    rules: [
      ...found.flatMap(({ rules }) => rules),
      ...(DeviceCgroupRules ?? []).map(parseDeviceRule),
    ],
  };
}

function findMapping(mapping: DeviceMapping): FoundDevices {
  const { PathOnHost: source, PathInContainer: target, CgroupPermissions: access } = mapping;
  const nodes = describe(source, target, statDevice(source));
  if (nodes.length === 0) throw missing(source, "not a device node");
  const rules = nodes.map(({ mode, major, minor }): DeviceRule => {
    const type = (mode & S.IFMT) === S.IFBLK ? "b" : "c";
    return { type, major, minor, access };
  });
  return { nodes, rules };
}

/** A device, or all below a directory: of those docker leaves out what a container has of its own. */
function describe(source: string, target: string, stat: Stat): DeviceNode[] {
  if (isDevice(stat)) {
    const [major, minor] = stat.nodeDevice, { mode, uid, gid } = stat;
    return [{ source, path: target, mode, uid, gid, major, minor }];
  }
  if (!isDirectory(stat)) return [];
  return listNames(source).filter((name) => !OWN.has(name)).flatMap((name) => {
    const path = `${source}/${name}`, below = statIfExists(AT.FDCWD, path);
    return below === undefined ? [] : describe(path, `${target}/${name}`, below);
  });
}

/** runc's: directories and files of /dev that are not the host's to give. */
const OWN = new Set([
  ...["pts", "shm", "fd", "mqueue", ".lxc", ".lxd-mounts", ".udev", "console"],
]);

/** Through symbolic links. */
function statDevice(path: string): Stat {
  try {
    return statAt(AT.FDCWD, path, true);
  } catch (error) {
    if (!(error instanceof SystemError)) throw error;
    throw missing(path, error.reason);
  }
}

function missing(path: string, reason: string): EngineError {
  return new EngineError(
    `error gathering device information while adding custom device "${path}": ${reason}`,
  );
}

/**
 * What a container in a user namespace has of the host's /dev, /proc and /sys because it may not have its own: devices cannot be
 * made there (user_namespaces(7)), and file systems that show a namespace of the host's cannot be mounted.
 */

import {
  AT,
  MOUNT_ATTR,
  MOVE_MOUNT_F_EMPTY_PATH,
  O,
  OPEN_TREE_CLOEXEC,
  OPEN_TREE_CLONE,
} from "../../ffi/constants.ts";
import type { SpawnProgram } from "../../ffi/spawn/program.ts";
import { type Argument, type Cell, Label } from "../../ffi/spawn/values.ts";
import { deviceNodes } from "./devices.ts";
import type { SandboxSpec } from "./spec.ts";

/** Detached mounts; undefined for what the container can have of its own. */
export interface HostTrees {
  readonly proc?: Cell;
  readonly sys?: Cell;
  readonly mqueue?: Cell;
  /** Devices, by their paths on the host. */
  readonly devices: ReadonlyMap<string, Cell>;
}

/** Takes them as long as the process still sees the host's. */
export function takeHostTrees(program: SpawnProgram, spec: SandboxSpec): HostTrees {
  const { hostNamespaces, network, security, limits } = spec;
  const isPrivileged = security.hostDevices !== undefined, devices = takeDevices(program);
  for (const { path } of security.hostDevices ?? []) {
    const name = `/dev/${path}`;
    if (!devices.has(name)) devices.set(name, take(program, name, { onError: "continue" }));
  }
  for (const { source } of limits?.devices ?? []) {
    if (!devices.has(source)) devices.set(source, take(program, source));
  }
  const takeIf = (condition: boolean, path: string, readOnly: boolean) =>
    condition ? take(program, path, { readOnly }) : undefined;
  return {
    proc: takeIf(hostNamespaces.includes("pid"), "/proc", false),
    sys: takeIf(network === "host", "/sys", !isPrivileged),
    mqueue: hostNamespaces.includes("ipc")
      ? take(program, "/dev/mqueue", { onError: "continue" })
      : undefined,
    devices,
  };
}

/** docker's devices, by their paths. */
export function takeDevices(program: SpawnProgram): Map<string, Cell> {
  return new Map(deviceNodes.map(([name]) => {
    const path = `/dev/${name}`;
    return [path, take(program, path)];
  }));
}

function take(
  program: SpawnProgram,
  path: string,
  { readOnly = false, onError = "fatal" }: {
    readOnly?: boolean;
    onError?: "fatal" | "continue";
  } = {},
): Cell {
  const flags = OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT.RECURSIVE,
    what = `take the host's ${path}`;
  const tree = program.call("open_tree", [AT.FDCWD, path, flags], { what, onError });
  if (readOnly) {
    const attributes = [MOUNT_ATTR.RDONLY, 0, 0, 0]; // struct mount_attr
    const recursive = AT.EMPTY_PATH | AT.RECURSIVE;
    program.call("mount_setattr", [tree, "", recursive, attributes, 32], { what, onError });
  }
  return tree;
}

/** Attaches one of them. */
export function planAttach(
  program: SpawnProgram,
  tree: Cell,
  path: string,
  onError: "fatal" | "continue" = "fatal",
): void {
  program.call("move_mount", [tree, "", AT.FDCWD, path, MOVE_MOUNT_F_EMPTY_PATH], {
    what: `mount ${path}`,
    onError,
  });
}

/** Puts a device into a directory of the container's; with "continue", unless there is something or it could not be taken. */
export function planHostNode(
  program: SpawnProgram,
  tree: Cell,
  { directory = AT.FDCWD, name, onError = "fatal" }: {
    directory?: Argument;
    name: string;
    onError?: "fatal" | "continue";
  },
): void {
  const next = new Label("next device"), given = onError === "fatal" ? onError : next;
  const flags = O.WRONLY | O.CREAT | O.EXCL | O.NOFOLLOW | O.CLOEXEC;
  program.call("openat", [directory, name, flags, 0o600], { what: `make ${name}`, onError: given });
  program.call("move_mount", [tree, "", directory, name, MOVE_MOUNT_F_EMPTY_PATH], {
    what: `mount ${name}`,
    onError: given,
  });
  program.mark(next);
}

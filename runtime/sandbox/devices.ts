/** /dev of a container: a file system of its own with docker's devices, nothing of the host's. */

import { AT, MOVE_MOUNT_F_EMPTY_PATH, MS, S } from "../../ffi/constants.ts";
import { type IdMappings, isMappedHere, toHostId } from "../../ffi/idmap.ts";
import { isInUserNamespace } from "../../ffi/privilege.ts";
import type { SpawnProgram } from "../../ffi/spawn/program.ts";
import type { SandboxSpec } from "./spec.ts";
import { makeDevice } from "../../ffi/stat.ts";
import { type HostTrees, planAttach, planHostNode } from "./host_trees.ts";
import { planHostDevices } from "./host_devices.ts";

/** The nodes that every container may use: [name, major, minor]. */
export const deviceNodes: readonly (readonly [name: string, major: number, minor: number])[] = [
  ["null", 1, 3],
  ["zero", 1, 5],
  ["full", 1, 7],
  ["random", 1, 8],
  ["urandom", 1, 9],
  ["tty", 5, 0],
];

const links: readonly (readonly [name: string, target: string])[] = [
  ["fd", "/proc/self/fd"],
  ["stdin", "/proc/self/fd/0"],
  ["stdout", "/proc/self/fd/1"],
  ["stderr", "/proc/self/fd/2"],
  ["ptmx", "pts/ptmx"],
];

/** The group tty. */
const TTY = 5;

/**
 * docker's options of a devpts for a container, which has these ids if they are not the host's. It has the group tty, unless the
 * container has none: then a terminal has its user's. `inside`: it is the container's own process that mounts it.
 */
export function devptsOptions(
  ids: IdMappings | undefined,
  inside: boolean,
): Readonly<Record<string, string>> {
  const onHost = ids === undefined ? TTY : toHostId(ids.gidMappings, TTY);
  const gid = onHost !== undefined && inside ? TTY : onHost;
  const isThere = gid !== undefined && (!isInUserNamespace() || isMappedHere("gid", gid));
  return { ptmxmode: "0666", mode: "0620", ...isThere && { gid: String(gid) } };
}

/** Makes /dev inside the new root. */
export function planDevices(
  program: SpawnProgram,
  { shmSize, terminal, security, userNamespace }: Pick<
    SandboxSpec,
    "shmSize" | "terminal" | "security" | "userNamespace"
  >,
  trees?: HostTrees,
): void {
  const mount = (source: string, target: string, type: string, flags: number, data: string) =>
    program.call("mount", [source, target, type, flags, data], { what: `mount ${target}` });

  if (userNamespace?.trees) {
    const place = [AT.FDCWD, "/dev", MOVE_MOUNT_F_EMPTY_PATH] as const;
    program.call("move_mount", [userNamespace.trees.devices, "", ...place], { what: "mount /dev" });
  } else {
    mount("tmpfs", "/dev", "tmpfs", MS.NOSUID | MS.STRICTATIME, "mode=755,size=65536k");
    makeNodes(program, trees);
  }
  for (const [name, target] of links) {
    program.call("symlinkat", [target, AT.FDCWD, `/dev/${name}`], { what: `make /dev/${name}` });
  }
  for (const name of ["pts", "mqueue", ...shmSize === undefined ? [] : ["shm"]]) {
    program.call("mkdirat", [AT.FDCWD, `/dev/${name}`, 0o755], { what: `make /dev/${name}` });
  }
  planHostDevices(program, security.hostDevices ?? [], trees);
  const common = MS.NOSUID | MS.NOEXEC;
  if (terminal) planTerminal(program, terminal.devpts);
  else {
    const options = Object.entries(devptsOptions(userNamespace, true));
    const data = ["newinstance", ...options.map(([name, value]) => `${name}=${value}`)].join(",");
    mount("devpts", "/dev/pts", "devpts", common, data);
  }
  if (trees?.mqueue) planAttach(program, trees.mqueue, "/dev/mqueue", "continue");
  else mount("mqueue", "/dev/mqueue", "mqueue", common | MS.NODEV, "");
  if (shmSize === undefined) return;
  mount("shm", "/dev/shm", "tmpfs", common | MS.NODEV, `mode=1777,size=${shmSize}`);
}

function makeNodes(program: SpawnProgram, trees: HostTrees | undefined): void {
  for (const [name, major, minor] of deviceNodes) {
    const tree = trees?.devices.get(`/dev/${name}`);
    if (tree !== undefined) {
      planHostNode(program, tree, { name: `/dev/${name}` });
      continue;
    }
    program.call(
      "mknodat",
      [AT.FDCWD, `/dev/${name}`, S.IFCHR | 0o666, makeDevice(major, minor)],
      { what: `make /dev/${name}` },
    );
  }
}

/** The terminal is the first one of the devpts that it came with, and the container's console. */
function planTerminal(program: SpawnProgram, devpts: number): void {
  program.call("move_mount", [devpts, "", AT.FDCWD, "/dev/pts", MOVE_MOUNT_F_EMPTY_PATH], {
    what: "mount /dev/pts",
  });
  program.call("mknodat", [AT.FDCWD, "/dev/console", S.IFREG | 0o600, 0], {
    what: "make /dev/console",
  });
  program.call("mount", ["/dev/pts/0", "/dev/console", 0, MS.BIND, 0], {
    what: "mount /dev/console",
  });
}

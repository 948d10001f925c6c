/** The devices of the host, which a privileged container gets all of. */

import { AT, S } from "../../ffi/constants.ts";
import { listNames } from "../../ffi/directory.ts";
import type { SpawnProgram } from "../../ffi/spawn/program.ts";
import { Label } from "../../ffi/spawn/values.ts";
import { type HostTrees, planHostNode } from "./host_trees.ts";
import { isDirectory, makeDevice, statIfExists } from "../../ffi/stat.ts";

export interface HostDevice {
  /** Below /dev. */
  readonly path: string;
  /** Type and permissions. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** makeDevice() */
  readonly device: number;
}

/** What docker leaves out: what a container has of its own, and what belongs to other engines. */
const leftOut = ["pts", "shm", "fd", "mqueue", ".lxc", ".lxd-mounts", ".udev", "console"];

/** All device nodes in the host's /dev. */
export function readHostDevices(directory = ""): HostDevice[] {
  const names = listNames(`/dev${directory}`).filter((name) => !leftOut.includes(name));
  return names.flatMap((name) => {
    const path = `${directory}/${name}`, stat = statIfExists(AT.FDCWD, `/dev${path}`);
    if (stat === undefined) return [];
    const { mode, uid, gid, nodeDevice } = stat;
    if (isDirectory(stat)) return readHostDevices(path);
    const isDevice = [S.IFCHR, S.IFBLK].some((type) => type === (mode & S.IFMT));
    return isDevice
      ? [{ path: path.slice(1), mode, uid, gid, device: makeDevice(...nodeDevice) }]
      : [];
  });
}

/** Makes the nodes in the container's own /dev, where they are not yet. */
export function planHostDevices(
  program: SpawnProgram,
  devices: readonly HostDevice[],
  trees?: HostTrees,
): void {
  const directories = new Set(devices.flatMap(({ path }) => parentsOf(path)));
  for (const directory of directories) {
    program.call("mkdirat", [AT.FDCWD, `/dev/${directory}`, 0o755], {
      what: `make /dev/${directory}`,
      onError: "continue",
    });
  }
  for (const { path, mode, uid, gid, device } of devices) {
    const name = `/dev/${path}`, tree = trees?.devices.get(name);
    if (tree !== undefined) {
      planHostNode(program, tree, { name, onError: "continue" });
      continue;
    }
    const next = new Label("next device");
    program.call("mknodat", [AT.FDCWD, name, mode, device], {
      what: `make ${name}`,
      onError: next,
    });
    if (uid !== 0 || gid !== 0) {
      program.call("fchownat", [AT.FDCWD, name, uid, gid, AT.SYMLINK_NOFOLLOW], {
        what: `give ${name} its owner`,
      });
    }
    program.mark(next);
  }
}

/** `a/b` and `a` of `a/b/c`, the shorter ones first. */
function parentsOf(path: string): string[] {
  const names = path.split("/").slice(0, -1);
  return names.map((_, i) => names.slice(0, i + 1).join("/"));
}
